package org.mtrljudge.standalone.rollouts;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topic;
import org.mtrljudge.schemas.topic.TopicScan;
import org.mtrljudge.standalone.RunException;

/**
 * Writes scored groups for other tools as JSON lines or as Parquet, a {@link RolloutRow} each.
 *
 * @param purpose the purpose of the prompts; null: all
 * @param tasks the tasks; empty: all
 * @param tokens whether token ids and log-probabilities are written too
 */
public record RolloutExport(@Nullable Purpose purpose, Set<String> tasks, boolean tokens) {
    /**
     * @param scored the scores of the run, or those of a replay
     * @param file a new file, which ends in .jsonl or .parquet
     * @return the number of groups
     * @throws org.mtrljudge.settings.UsageException when the file has another ending
     */
    public long write(final KafkaClients clients, final Topic<ScoredGroup> scored, final Path file) {
        final Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
        try {
            final long written = write(clients, scored, file, unfinished);
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
            return written;
        } catch (final IOException | UncheckedIOException e) {
            throw new RunException(file + " cannot be written: " + e.getMessage(), e);
        }
    }

    private long write(
            final KafkaClients clients, final Topic<ScoredGroup> scored, final Path file, final Path unfinished)
            throws IOException {
        long written = 0;
        try (RowFile rows = RowFile.create(file, unfinished);
                TopicScan<ScoredGroup> scan = clients.scan(scored)) {
            while (!scan.done()) {
                for (final TopicScan.Entry<ScoredGroup> entry : scan.next()) {
                    if (isWanted(entry.value().getRollout().getPrompt())) {
                        rows.write(RolloutRow.of(entry.value(), tokens));
                        written++;
                    }
                }
            }
        }
        return written;
    }

    private boolean isWanted(final PromptRequest prompt) {
        return (purpose == null || prompt.getPurpose() == purpose)
                && (tasks.isEmpty() || tasks.contains(prompt.getTask()));
    }
}
