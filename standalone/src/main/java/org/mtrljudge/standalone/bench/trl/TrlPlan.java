package org.mtrljudge.standalone.bench.trl;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.UsageException;

/**
 * What TRL and our loop both do.
 *
 * @param model the checkpoint folder both begin with; null: one is made by a warm-up
 * @param prompts per step
 * @param completions per prompt
 * @param updates of the weights per step
 * @param maxTokens of a completion
 * @param steps that are measured
 * @param unmeasured steps before them
 * @param rows completions in one forward pass of TRL's trainer
 */
public record TrlPlan(
        @Nullable String model,
        int prompts,
        int completions,
        int updates,
        int maxTokens,
        int steps,
        int unmeasured,
        int rows) {
    static final double LEARNING_RATE = 3e-4;
    static final double TEMPERATURE = 1.0;

    /** How many policy versions a group may be behind in our loop: the quickstart's. */
    static final int STALENESS = 1;

    private static final int WARM_UP_STEPS = 100;

    public TrlPlan {
        positive("--prompts", prompts);
        positive("--updates", updates);
        positive("--max-tokens", maxTokens);
        positive("--steps", steps);
        positive("--unmeasured", unmeasured);
        positive("--rows", rows);
        if (completions < 2) {
            throw new UsageException("--completions is " + completions + ", a group needs 2 or more");
        }
        if (prompts % updates != 0) {
            throw new UsageException(
                    "--prompts " + prompts + " cannot be split evenly among --updates " + updates + " updates");
        }
        if (prompts / updates * completions % rows != 0) {
            throw new UsageException("an update learns from " + prompts / updates * completions
                    + " completions, which is no multiple of --rows " + rows);
        }
    }

    private static void positive(final String option, final int value) {
        if (value < 1) {
            throw new UsageException(option + " is " + value + ", 1 or more is needed");
        }
    }

    /** Steps of TRL: what is asked after the last step is never generated there. */
    int trlSteps() {
        return unmeasured + steps;
    }

    /**
     * Steps of ours: more than are measured, because in the last ones actors have nothing left to generate and leave the learner all
     * cores.
     */
    int ourSteps() {
        return unmeasured + steps + STALENESS;
    }

    /** Settings of a run that warms the preset up. */
    List<String> warmUpSettings() {
        return List.of(
                "sft.steps=" + WARM_UP_STEPS,
                "trainer.total_steps=0",
                "trainer.test_before_train=false",
                "data.test_size=1",
                "data.validation_size=0");
    }

    /** Settings of our run. */
    List<String> runSettings(final String checkpoint) {
        return List.of(
                "model=" + checkpoint,
                "device=cpu",
                "sft.steps=0",
                "data.test_size=1",
                "data.validation_size=0",
                "data.rollout_batch_size=" + prompts,
                "data.max_response_length=" + maxTokens,
                "rollout.n=" + completions,
                "rollout.temperature=" + TEMPERATURE,
                "actor.global_batch_size=" + prompts / updates,
                "actor.optim.lr=" + LEARNING_RATE,
                "actor.optim.lr_warmup_steps=0",
                "actor.optim.lr_scheduler_type=constant",
                // TRL leaves no group out of an update
                "algorithm.online_filtering=false",
                "trainer.total_steps=" + ourSteps(),
                "trainer.max_staleness=" + STALENESS,
                "trainer.test_before_train=false",
                "trainer.val_freq=0",
                "trainer.save_freq=0");
    }
}
