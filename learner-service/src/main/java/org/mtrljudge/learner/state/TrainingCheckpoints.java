package org.mtrljudge.learner.state;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.mtrljudge.learner.event.LearnerException;
import org.mtrljudge.learner.event.Stage;
import org.mtrljudge.model.checkpoint.NewFolder;
import org.mtrljudge.settings.io.Folders;
import org.mtrljudge.settings.io.Mappers;

/**
 * Checkpoints from which training can resume: {@code warmup_step_N} and {@code global_step_N}. Each is a checkpoint folder with the
 * weights, the state of the optimiser and the state of the learner. The newest checkpoints are kept. The first RL checkpoint is
 * also kept, because every step can be learned again from it.
 */
public final class TrainingCheckpoints {
    /** The file of the learner's state in a checkpoint folder. */
    static final String STATE = "learner.json";

    private static final Pattern NAME = Pattern.compile("(warmup|global)_step_(\\d{1,9})");
    private static final long MAX_STATE_BYTES = 64L << 20;
    private final Path folder;
    private final int limit;
    private boolean leftoversDeleted;

    /** Writes its policy, its optimiser state, and then a file of the learner, whose content it asks last. */
    public interface Trainer {
        void save(Path to, String file, Supplier<byte[]> content);
    }

    /** An existing checkpoint. */
    public record Saved(Path path, Stage stage, int step) {
        private static Stream<Saved> of(final Path path) {
            final Matcher name = NAME.matcher(String.valueOf(path.getFileName()));
            // a folder without a learner's state is a checkpoint whose deletion was interrupted
            return name.matches() && Files.isRegularFile(path.resolve(STATE))
                    ? Stream.of(new Saved(
                            path,
                            name.group(1).equals(prefix(Stage.WARMUP)) ? Stage.WARMUP : Stage.RL,
                            Integer.parseInt(name.group(2))))
                    : Stream.empty();
        }
    }

    /**
     * @param folder the folder of the run's checkpoints
     * @param limit the number of checkpoints to keep, besides the checkpoint at the start of RL
     */
    public TrainingCheckpoints(final Path folder, final int limit) {
        this.folder = folder;
        this.limit = limit;
    }

    /**
     * Saves a checkpoint, then deletes the oldest checkpoints over the limit.
     *
     * @param state is asked after the weights were written; where it throws, there is no checkpoint
     */
    public void save(final Trainer trainer, final Stage stage, final int step, final Supplier<LearnerState> state) {
        try {
            if (!leftoversDeleted) {
                deleteLeftovers();
                leftoversDeleted = true;
            }
            trainer.save(path(stage, step), STATE, () -> json(state.get()));
            final List<Saved> old = new ArrayList<>(all());
            start().ifPresent(old::remove);
            for (final Saved saved : old.subList(0, Math.max(0, old.size() - limit))) {
                delete(saved.path());
            }
        } catch (final IOException e) {
            throw new UncheckedIOException("checkpoints in " + folder + " cannot be written: " + e.getMessage(), e);
        }
    }

    private static byte[] json(final LearnerState state) {
        try {
            return Mappers.JSON.writeValueAsBytes(state);
        } catch (final JsonProcessingException e) {
            throw new IllegalStateException("the state cannot be written as JSON", e);
        }
    }

    /** Whether a checkpoint follows: on schedule and at the end of a stage. */
    public boolean isDue(final int frequency, final int step, final boolean last) {
        return last || frequency > 0 && step % frequency == 0;
    }

    public Path path(final Stage stage, final int step) {
        return folder.resolve(prefix(stage) + "_step_" + step);
    }

    /** RL checkpoints have the names of EasyR1 and verl: {@code global_step_N}. */
    private static String prefix(final Stage stage) {
        return stage == Stage.WARMUP ? stage.key() : "global";
    }

    /** The first RL checkpoint of this run: step 0, or the first checkpoint of a fork. */
    private Optional<Saved> start() {
        return all().stream().filter(saved -> saved.stage() == Stage.RL).findFirst();
    }

    /**
     * The reference policy of the KL term: the policy at the start of RL. A fork has the reference of its parent.
     *
     * @throws LearnerException when the checkpoint no longer exists
     */
    public Path reference() {
        final Path copied = copiedReference();
        return Files.isDirectory(copied)
                ? copied
                : start().orElseThrow(() -> new LearnerException(folder + " has no checkpoint of the policy that RL"
                                + " began with; algorithm.kl_coef needs this checkpoint"))
                        .path();
    }

    /** The folder in which a fork keeps the reference of its parent. */
    public Path copiedReference() {
        return folder.resolve("reference");
    }

    /** All checkpoints, the oldest first. */
    List<Saved> all() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.flatMap(Saved::of)
                    .sorted(Comparator.comparing(Saved::stage).thenComparing(Saved::step))
                    .toList();
        } catch (final IOException e) {
            throw new UncheckedIOException("checkpoints in " + folder + " cannot be listed: " + e.getMessage(), e);
        }
    }

    /** The newest checkpoint, if one exists. */
    public Optional<Saved> newest() {
        final List<Saved> all = all();
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
    }

    /** The newest RL checkpoint that is not after a step. */
    public Optional<Saved> before(final int step) {
        return all().stream()
                .filter(saved -> saved.stage() == Stage.RL && saved.step() <= step)
                .max(Comparator.comparing(Saved::step));
    }

    /** @throws LearnerException when the file is damaged */
    public static LearnerState state(final Saved saved) {
        final Path file = saved.path().resolve(STATE);
        try {
            if (Files.size(file) > MAX_STATE_BYTES) {
                throw new LearnerException(file + " is larger than " + MAX_STATE_BYTES + " bytes");
            }
            return Mappers.read(file, LearnerState.class);
        } catch (final IOException e) {
            throw new LearnerException(
                    file + " cannot be read (" + e.getMessage() + "): delete its folder to continue from an older one");
        }
    }

    /** Deletes what a killed process left of checkpoints: folders that it had not finished, or had begun to delete. */
    private void deleteLeftovers() throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, Files::isDirectory)) {
            for (final Path entry : entries) {
                final String name = String.valueOf(entry.getFileName());
                final boolean begunToDelete = NAME.matcher(name).matches() && !Files.exists(entry.resolve(STATE));
                if (begunToDelete || name.endsWith(NewFolder.UNFINISHED)) {
                    Folders.delete(entry);
                }
            }
        }
    }

    private static void delete(final Path checkpoint) throws IOException {
        // this file is deleted first, because a folder without it is no longer a checkpoint
        Files.delete(checkpoint.resolve(STATE));
        Folders.delete(checkpoint);
    }
}
