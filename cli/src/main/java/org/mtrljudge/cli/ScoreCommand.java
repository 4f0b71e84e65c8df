package org.mtrljudge.cli;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.MappingIterator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.generation.GeneratedCompletion;
import org.mtrljudge.model.generation.Sampling;
import org.mtrljudge.model.input.EncodedPrompt;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.standalone.run.RunSettings;
import org.mtrljudge.tasks.PromptTemplate;
import org.mtrljudge.tasks.VerdictParser;
import org.mtrljudge.tasks.metrics.Verdict;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "score",
        description =
                "Judges pictures with a trained model: verdict, reasoning and confidence (the share of samples with this verdict)."
                        + " Needs no broker.")
final class ScoreCommand implements Callable<Integer> {
    private static final TypeReference<Map<String, Object>> LINE = new TypeReference<>() {};
    private static final long MAX_IMAGE_BYTES = 64L << 20;

    /** One question to the judge. */
    private record Question(String id, String task, String text, List<Path> images) {}

    /**
     * The answer of the judge to one question.
     *
     * @param verdict the most frequent verdict; null: no verdict leads
     * @param confidence the share of samples with this verdict
     * @param reasoning the unchanged text of the first completion with this verdict
     */
    private record Answer(
            String id, String task, @Nullable String verdict, double confidence, int samples, String reasoning) {}

    @Mixin
    private RunOptions options = new RunOptions();

    @Option(
            names = "--model",
            paramLabel = "DIR",
            description = "the folder of a checkpoint or of an adapter; default: the preset judge-tiny")
    private @Nullable String model;

    @Option(names = "--task", paramLabel = "TASK", description = "a built-in or published task: its prompt is used")
    private @Nullable String task;

    @Option(
            names = "--image",
            paramLabel = "FILE",
            description = "a picture of the task; repeat the option for each picture, in order")
    private List<Path> images = new ArrayList<>();

    @Option(
            names = "--text",
            paramLabel = "TEXT",
            description = "the text in the prompt of the task, if the prompt has a place for a text")
    private String text = "";

    @Option(
            names = "--batch",
            paramLabel = "FILE",
            description =
                    "a file of many questions instead of one: JSON lines of task, text, images (paths relative to the file) and optionally id")
    private @Nullable Path batch;

    @Option(names = "--samples", paramLabel = "K", description = "completions per question (default: ${DEFAULT-VALUE})")
    private int samples = 8;

    @Option(names = "--json", description = "prints answers as JSON lines; --batch always does")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        if (samples < 1 || samples > 1024) {
            throw new UsageException("--samples is " + samples + ", allowed is 1 to 1024");
        }
        if ((task == null) == (batch == null)) {
            throw new UsageException("give either --task with --image, or --batch FILE");
        }
        final RunSettings settings = options.settings(null, model == null ? List.of() : List.of("model=" + model));
        try (JudgeModel judge = JudgeModel.load(JudgeFolder.named(settings.model()), settings.modelOptions())) {
            if (batch == null) {
                answer(judge, settings, new Question("1", String.valueOf(task), text, images), json);
                return 0;
            }
            try (MappingIterator<Map<String, Object>> lines =
                    Mappers.JSON.readerFor(LINE).readValues(batch.toFile())) {
                for (int number = 1; lines.hasNextValue(); number++) {
                    answer(judge, settings, question(batch, lines.nextValue(), number), true);
                }
            }
        }
        return 0;
    }

    private static Question question(final Path file, final Map<String, Object> line, final int number) {
        if (!(line.get("task") instanceof String task) || !(line.get("images") instanceof List<?> names)) {
            throw new UsageException(file + ":" + number + " needs a text under 'task' and a list under 'images'");
        }
        return new Question(
                String.valueOf(line.getOrDefault("id", number)),
                task,
                String.valueOf(line.getOrDefault("text", "")),
                names.stream()
                        .map(name -> file.toAbsolutePath().resolveSibling(String.valueOf(name)))
                        .toList());
    }

    private void answer(
            final JudgeModel judge, final RunSettings settings, final Question question, final boolean asJson)
            throws IOException {
        final PromptTemplate template = template(question.task);
        final String prompt = template.fill(question.text);
        final int wanted = prompt.split("<image>", -1).length - 1;
        if (wanted != question.images.size()) {
            throw new UsageException("the task " + question.task + " shows " + wanted + " pictures, but "
                    + question.images.size() + " were given");
        }
        final EncodedPrompt encoded = judge.encode(prompt, pictures(question), "question " + question.id);
        final double temperature =
                samples == 1 ? 0 : settings.learner().rollout().temperature();
        final List<GeneratedCompletion> completions = judge.generate(
                        List.of(encoded),
                        samples,
                        new Sampling(temperature, 1, settings.learner().data().maxResponseLength()),
                        new long[] {settings.learner().trainer().seed()})
                .get(0);
        final List<@Nullable String> verdicts = new ArrayList<>();
        completions.forEach(c -> verdicts.add(
                c.finished() ? VerdictParser.parse(c.text(), template.labels()).verdict() : null));
        final String verdict = Verdict.majority(verdicts);
        final Answer answer = new Answer(
                question.id,
                question.task,
                verdict,
                verdict == null ? 0 : Verdict.agreement(verdicts),
                samples,
                completions.get(Math.max(0, verdicts.indexOf(verdict))).text());
        System.out.println(asJson ? Mappers.JSON.writeValueAsString(answer) : table(answer));
    }

    private static PromptTemplate template(final String task) {
        try {
            return PromptTemplate.resource(task);
        } catch (final IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    private static List<byte[]> pictures(final Question question) {
        final List<byte[]> pictures = new ArrayList<>();
        for (final Path image : question.images) {
            try {
                if (Files.size(image) > MAX_IMAGE_BYTES) {
                    throw new UsageException(image + " is larger than " + MAX_IMAGE_BYTES + " bytes");
                }
                pictures.add(Files.readAllBytes(image));
            } catch (final IOException e) {
                throw new UsageException("the picture " + image + " cannot be read: " + e);
            }
        }
        return pictures;
    }

    private static String table(final Answer answer) {
        return String.format(
                Locale.ROOT,
                "verdict     %s%nconfidence  %.2f of %d samples%nreasoning   %s",
                answer.verdict == null ? "none: no verdict is more frequent than the others" : answer.verdict,
                answer.confidence,
                answer.samples,
                answer.reasoning);
    }
}
