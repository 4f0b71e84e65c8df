package org.mtrljudge.standalone.bench.trl;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.UsageException;

/**
 * The work that TRL and our loop both do.
 *
 * @param model the checkpoint folder from which both start; null: a warm-up makes one
 * @param prompts prompts per step
 * @param completions completions per prompt
 * @param updates weight updates per step
 * @param maxTokens the maximum length of a completion, in tokens
 * @param steps measured steps
 * @param unmeasured unmeasured steps before the measured steps
 * @param rows completions per forward pass of the TRL trainer
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

    /** How many policy versions a group may be behind in our loop, as in the quickstart. */
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
                    + " completions, which is not a multiple of --rows " + rows);
        }
    }

    private static void positive(final String option, final int value) {
        if (value < 1) {
            throw new UsageException(option + " is " + value + ", 1 or more is needed");
        }
    }

    /** The number of TRL steps. TRL generates nothing after its last step, so it needs no additional steps. */
    int trlSteps() {
        return unmeasured + steps;
    }

    /**
     * The number of our steps, more than are measured: in the last steps, the actors have nothing left to generate and leave all cores to
     * the learner.
     */
    int ourSteps() {
        return unmeasured + steps + STALENESS;
    }

    /** The settings of a run that warms up the preset. */
    List<String> warmUpSettings() {
        return List.of(
                "sft.steps=" + WARM_UP_STEPS,
                "trainer.total_steps=0",
                "trainer.test_before_train=false",
                "data.test_size=1",
                "data.validation_size=0");
    }

    /** The settings of our run. */
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
                // TRL has no KL term here, and filters no group out of an update
                "algorithm.kl_coef=0",
                "algorithm.online_filtering=false",
                "trainer.total_steps=" + ourSteps(),
                "trainer.max_staleness=" + STALENESS,
                "trainer.test_before_train=false",
                "trainer.val_freq=0",
                "trainer.save_freq=0");
    }
}
