package org.mtrljudge.reward.stream;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.mtrljudge.reward.grader.FailureReason;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.ScoredGroup;

/** Counts per task, for a metrics system. Groups that a failed transaction had scored are counted again. */
public final class RewardMetrics {
    /** The task name of a record that could not be read. */
    static final String UNREADABLE = "(unreadable)";

    private static final String TASK = "task";
    private final MeterRegistry registry;

    public RewardMetrics(final MeterRegistry registry) {
        this.registry = registry;
        deadLetters(UNREADABLE);
    }

    /** A counter begins at zero before something is counted: a metrics system does not see a rise from nothing to one. */
    private Counter deadLetters(final String task) {
        return registry.counter("judge.reward.dead.letters", TASK, task);
    }

    void scored(final ScoredGroup group) {
        final String task = group.getRollout().getPrompt().getTask();
        deadLetters(task);
        registry.counter("judge.reward.groups", TASK, task).increment();
        if (group.getZeroSpread()) {
            registry.counter("judge.reward.groups.zero.spread", TASK, task).increment();
        }
        final var rewards = registry.summary("judge.rewards", TASK, task);
        for (final CompletionScore score : group.getScores()) {
            rewards.record(score.getTotal());
        }
        registry.summary("judge.reward.score.ms", TASK, task).record(group.getScoreMs());
    }

    void dead(final String task) {
        deadLetters(task).increment();
    }

    /** Counts a group whose score failed. It is also a dead letter. */
    void failed(final String task, final FailureReason reason) {
        registry.counter("judge.reward.failed.scores", TASK, task, "reason", reason.word())
                .increment();
    }
}
