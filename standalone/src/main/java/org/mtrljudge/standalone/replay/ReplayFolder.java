package org.mtrljudge.standalone.replay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.settings.io.Folders;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.standalone.RunException;
import org.mtrljudge.standalone.run.RunDirectory;

/** {@code runs/RUN/replays/NAME}: the plan of the replay, its state while it runs, and the report when it is finished. */
final class ReplayFolder {
    private static final String PLAN = "plan.json";
    private final RunDirectory directory;

    ReplayFolder(final RunDirectory directory) {
        this.directory = directory;
    }

    String name() {
        return directory.run();
    }

    Path path() {
        return directory.path();
    }

    Path streamsState() {
        return path().resolve("streams");
    }

    /** Whether a replay of that name is finished. */
    boolean isFinished() {
        return begun() != null && Files.exists(path().resolve(RunDirectory.REPORT));
    }

    /**
     * @throws UsageException when a replay of that name is finished and the plan adds nothing to it, or when it was started with another
     *     plan
     */
    void check(final ReplayPlan wanted) {
        final ReplayPlan begun = begun();
        if (begun == null) {
            return;
        }
        if (isFinished()) {
            if (wanted.onlyFailed() && !wanted.isFiltered()) {
                if (!wanted.hasRewardsOf(begun)) {
                    throw otherRewards();
                }
                return;
            }
            throw new UsageException("the replay " + name() + " is finished, see " + path() + "/report.html: "
                    + (wanted.onlyFailed()
                            ? "--only-failed scores all of it that failed, without --since, --versions and --tasks"
                            : "choose another name with --as, or add --only-failed to score again what failed"));
        }
        if (!begun.isLike(wanted)) {
            throw new UsageException("the replay " + name() + " was started with another reward set, other settings or"
                    + " another choice of rollouts: continue with those, or choose another name with --as");
        }
    }

    /** The scores in one topic are of the same rewards. Only the source of a function may have been corrected. */
    private UsageException otherRewards() {
        return new UsageException("the replay " + name() + " has scores of other rewards: name its rewards again"
                + " (--rewards, --reward-function, --set), or choose another name with --as");
    }

    private @Nullable ReplayPlan begun() {
        final Path file = path().resolve(PLAN);
        if (!Files.exists(file)) {
            return null;
        }
        try {
            return Mappers.JSON.readValue(Files.readAllBytes(file), ReplayPlan.class);
        } catch (final IOException e) {
            throw new RunException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** The plan with which the replay started, or else the plan for a new replay. */
    ReplayPlan begin(final ReplayPlan wanted, final Supplier<List<Long>> ends) {
        final ReplayPlan begun = begun();
        if (begun != null) {
            return begun;
        }
        final ReplayPlan plan = wanted.until(ends.get());
        try {
            directory.write(PLAN, Mappers.JSON.writeValueAsString(plan) + "\n");
        } catch (final IOException e) {
            throw new IllegalStateException("the plan cannot be written as JSON", e);
        }
        return plan;
    }

    /** Writes the report, which marks the replay as finished. */
    void write(final ReplayReport report) {
        directory.write("report.html", new ReplayPage(report).toHtml());
        directory.writeJson(RunDirectory.REPORT, report.toMap());
        try {
            Folders.delete(streamsState());
        } catch (final IOException e) {
            throw new RunException(String.valueOf(e.getMessage()), e);
        }
    }
}
