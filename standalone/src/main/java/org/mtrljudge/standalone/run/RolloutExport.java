package org.mtrljudge.standalone.run;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.Completion;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.ImageRef;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topic;
import org.mtrljudge.schemas.topic.TopicScan;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.standalone.RunException;

/**
 * Writes scored groups as JSON lines: a prompt per line, with the columns that users of TRL and verl know (prompt, images, completions,
 * rewards, advantages), one entry per completion in each list.
 *
 * @param purpose the purpose of the prompts; null: all
 * @param tasks the tasks; empty: all
 * @param tokens whether token ids and log-probabilities are written too
 */
public record RolloutExport(@Nullable Purpose purpose, Set<String> tasks, boolean tokens) {
    /**
     * @param scored the scores of the run, or those of a replay
     * @param file a new file
     * @return the number of groups
     */
    public long write(final KafkaClients clients, final Topic<ScoredGroup> scored, final Path file) {
        final Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
        long written = 0;
        try (BufferedWriter lines = Files.newBufferedWriter(unfinished);
                TopicScan<ScoredGroup> scan = clients.scan(scored)) {
            while (!scan.done()) {
                for (final TopicScan.Entry<ScoredGroup> entry : scan.next()) {
                    if (isWanted(entry.value().getRollout().getPrompt())) {
                        lines.write(Mappers.JSON.writeValueAsString(columns(entry.value())));
                        lines.newLine();
                        written++;
                    }
                }
            }
        } catch (final IOException | UncheckedIOException e) {
            throw new RunException(file + " cannot be written: " + e.getMessage(), e);
        }
        try {
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (final IOException e) {
            throw new RunException(file + " cannot be written: " + e.getMessage(), e);
        }
        return written;
    }

    private boolean isWanted(final PromptRequest prompt) {
        return (purpose == null || prompt.getPurpose() == purpose)
                && (tasks.isEmpty() || tasks.contains(prompt.getTask()));
    }

    private Map<String, Object> columns(final ScoredGroup group) {
        final PromptRequest prompt = group.getRollout().getPrompt();
        final Map<String, Object> row = new LinkedHashMap<>();
        row.put("prompt_id", prompt.getPromptId());
        row.put("task", prompt.getTask());
        row.put("purpose", prompt.getPurpose().name().toLowerCase(Locale.ROOT));
        row.put("prompt", messages(prompt));
        row.put("images", prompt.getImages().stream().map(RolloutExport::image).toList());
        row.put("ground_truth", prompt.getReference());
        row.put("labels", prompt.getLabels());
        addCompletions(row, group.getRollout().getCompletions());
        addScores(row, group.getScores());
        row.put("reward_set", group.getRewardSet());
        row.put("reward_set_version", group.getRewardSetVersion());
        row.put("policy_version", group.getRollout().getPolicyVersion());
        row.put("policy_digest", group.getRollout().getPolicyDigest());
        row.put("actor", group.getRollout().getActorId());
        row.put("rollout_partition", group.getRolloutPartition());
        row.put("rollout_offset", group.getRolloutOffset());
        return row;
    }

    private static List<Map<String, String>> messages(final PromptRequest prompt) {
        final List<Map<String, String>> messages = new ArrayList<>();
        if (prompt.getSystem() != null) {
            messages.add(message("system", prompt.getSystem()));
        }
        messages.add(message("user", prompt.getText()));
        return messages;
    }

    private static Map<String, String> message(final String role, final String content) {
        final Map<String, String> message = new LinkedHashMap<>();
        message.put("role", role);
        message.put("content", content);
        return message;
    }

    /** By path, relative to the data root, or with its bytes in Base64. */
    private static Map<String, String> image(final ImageRef image) {
        final Map<String, String> written = new LinkedHashMap<>();
        written.put("sha256", image.getSha256());
        final ByteBuffer inline = image.getInline();
        if (inline == null) {
            written.put("path", String.valueOf(image.getPath()));
        } else {
            final byte[] bytes = new byte[inline.remaining()];
            inline.duplicate().get(bytes);
            written.put("bytes", Base64.getEncoder().encodeToString(bytes));
        }
        return written;
    }

    private void addCompletions(final Map<String, Object> row, final List<Completion> completions) {
        row.put("completions", completions.stream().map(Completion::getText).toList());
        row.put(
                "finish_reasons",
                completions.stream()
                        .map(completion -> completion.getFinishReason().name().toLowerCase(Locale.ROOT))
                        .toList());
        row.put(
                "lengths",
                completions.stream()
                        .map(completion -> completion.getTokens().remaining() / Integer.BYTES)
                        .toList());
        if (tokens) {
            row.put(
                    "completion_ids",
                    completions.stream().map(RolloutExport::ids).toList());
            row.put(
                    "logprobs",
                    completions.stream().map(RolloutExport::logProbs).toList());
        }
    }

    private static int[] ids(final Completion completion) {
        final var packed = completion
                .getTokens()
                .duplicate()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asIntBuffer();
        final int[] ids = new int[packed.remaining()];
        packed.get(ids);
        return ids;
    }

    private static float[] logProbs(final Completion completion) {
        final var packed = completion
                .getLogProbs()
                .duplicate()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        final float[] logProbs = new float[packed.remaining()];
        packed.get(logProbs);
        return logProbs;
    }

    private static void addScores(final Map<String, Object> row, final List<CompletionScore> scores) {
        row.put("rewards", scores.stream().map(CompletionScore::getTotal).toList());
        row.put("advantages", scores.stream().map(CompletionScore::getAdvantage).toList());
        row.put("verdicts", scores.stream().map(CompletionScore::getVerdict).toList());
        final Map<String, List<Double>> components = new TreeMap<>();
        scores.stream()
                .flatMap(score -> score.getComponents().keySet().stream())
                .distinct()
                .forEach(name -> components.put(
                        name,
                        scores.stream()
                                .map(score -> score.getComponents().get(name))
                                .toList()));
        row.put("components", components);
        if (scores.stream().anyMatch(score -> score.getSaid() != null)) {
            row.put("said", scores.stream().map(CompletionScore::getSaid).toList());
        }
    }
}
