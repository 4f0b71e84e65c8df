package org.mtrljudge.learner.settings;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.config.ModelSettings;
import org.mtrljudge.schemas.Sampling;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.settings.Check;

/** All settings of the learner. The names are the keys of EasyR1 where EasyR1 has the setting. */
public record LearnerSettings(
        Data data, Rollout rollout, Actor actor, Algorithm algorithm, Trainer trainer, SftSettings sft) {
    /**
     * 15 of the 16 MB of a record, at 16 bytes per token: 4 for its id, 4 for its log-probability, and 8 for its text. The rest is for
     * the prompt and the scores.
     */
    private static final long MAX_GROUP_TOKENS = Topics.MAX_ROLLOUTS_BYTES / 16;

    /**
     * @param rolloutBatchSize prompts per training step
     * @param maxResponseLength the maximum number of new tokens per completion
     * @param filterOverlongPrompts whether examples are left out whose prompts are longer than {@code data.max_prompt_length}
     */
    public record Data(int rolloutBatchSize, int maxResponseLength, boolean filterOverlongPrompts) {
        public Data {
            Check.range("data.rollout_batch_size", rolloutBatchSize, 1, 100_000);
            Check.range("data.max_response_length", maxResponseLength, 1, 32_768);
        }
    }

    /**
     * @param n completions per prompt: the group size G
     * @param topP must be 1 in training: the logged log-probabilities are those of the whole distribution
     */
    public record Rollout(int n, double temperature, double topP) {
        public Rollout {
            Check.range("rollout.n", n, 2, 1024);
            Check.range("rollout.temperature", temperature, 0.01, 10);
            Check.range("rollout.top_p", topP, 0.01, 1);
        }

        /**
         * Why a group that was sampled like this cannot be learned; null when it can. The ratios in the loss compare log-probabilities
         * at the temperature of the learner.
         */
        public @Nullable String problemWith(final Sampling sampling) {
            if (sampling.getTemperature() != temperature) {
                return "it was sampled at temperature " + sampling.getTemperature() + ", and rollout.temperature is "
                        + temperature;
            }
            return sampling.getTopP() == 1
                    ? null
                    : "it was sampled with top_p " + sampling.getTopP() + ", and only groups of top_p 1 can be learned";
        }
    }

    /** The average in the loss of an update: {@code actor.loss_avg_mode}. */
    public enum LossAvgMode {
        /** The mean over all tokens of the update (DAPO). */
        TOKEN,
        /** The mean over the token means of its sequences (DeepSeekMath). */
        SEQ
    }

    /** The shape of the learning rate after its linear rise: {@code actor.optim.lr_scheduler_type}. */
    public enum LrSchedulerType {
        /** It stays at its peak. */
        CONSTANT,
        /** It falls along half a cosine. */
        COSINE
    }

    /** The level of importance sampling for tokens that older policies sampled: {@code algorithm.rollout_is}. */
    public enum RolloutIs {
        /** No importance sampling. */
        NONE,
        /** Each token by its own ratio. */
        TOKEN,
        /** Each token by the ratio of its whole completion. */
        SEQUENCE
    }

    /**
     * The policy update.
     *
     * @param globalBatchSize prompts per optimiser update; at most {@code data.rollout_batch_size}
     * @param maxTokensPerMicroBatch the number of packed positions per forward pass: limits memory, does not change the result
     */
    public record Actor(
            int globalBatchSize,
            double clipRatioLow,
            double clipRatioHigh,
            LossAvgMode lossAvgMode,
            double maxGradNorm,
            int maxTokensPerMicroBatch,
            ModelSettings model,
            Optim optim) {
        public Actor {
            Check.range("actor.global_batch_size", globalBatchSize, 1, 100_000);
            Check.range("actor.clip_ratio_low", clipRatioLow, 0, 1);
            Check.range("actor.clip_ratio_high", clipRatioHigh, 0, 10);
            Check.range("actor.max_grad_norm", maxGradNorm, 1e-6, 1e6);
            Check.range("actor.max_tokens_per_micro_batch", maxTokensPerMicroBatch, 1, 10_000_000);
        }
    }

    /**
     * AdamW.
     *
     * @param lrWarmupSteps the number of steps over which the learning rate rises linearly
     * @param lrSchedulerType the shape of the learning rate after these steps; a cosine ends at {@code minLrRatio} of the peak
     */
    public record Optim(
            double lr,
            double weightDecay,
            double beta1,
            double beta2,
            int lrWarmupSteps,
            LrSchedulerType lrSchedulerType,
            double minLrRatio) {
        public Optim {
            Check.range("actor.optim.lr", lr, 0, 1);
            Check.range("actor.optim.weight_decay", weightDecay, 0, 1);
            Check.range("actor.optim.beta1", beta1, 0, 0.9999999);
            Check.range("actor.optim.beta2", beta2, 0, 0.9999999);
            Check.range("actor.optim.lr_warmup_steps", lrWarmupSteps, 0, 1_000_000);
            Check.range("actor.optim.min_lr_ratio", minLrRatio, 0, 1);
        }

        /** The learning rate of a step; steps are counted from 1. */
        public double learningRate(final int step, final int totalSteps) {
            if (step <= lrWarmupSteps) {
                return lr * step / lrWarmupSteps;
            }
            if (lrSchedulerType == LrSchedulerType.CONSTANT || totalSteps <= lrWarmupSteps) {
                return lr;
            }
            final double progress = Math.min(1, (double) (step - lrWarmupSteps) / (totalSteps - lrWarmupSteps));
            return cosine(lr, minLrRatio, progress);
        }

        /** Falls from the peak along half a cosine to {@code floorRatio} of the peak while progress rises from 0 to 1. */
        static double cosine(final double peak, final double floorRatio, final double progress) {
            return peak * (floorRatio + (1 - floorRatio) * (1 + Math.cos(Math.PI * progress)) / 2);
        }
    }

    /**
     * @param klCoef the weight of the k3 KL term to the policy at the start of RL; 0 disables the term
     * @param onlineFiltering whether groups whose completions all have the same reward are left out of the loss
     * @param rolloutIs truncated importance sampling for tokens that older policies sampled
     * @param rolloutIsThreshold the upper limit of an importance weight
     */
    public record Algorithm(double klCoef, boolean onlineFiltering, RolloutIs rolloutIs, double rolloutIsThreshold) {
        public Algorithm {
            Check.range("algorithm.rollout_is_threshold", rolloutIsThreshold, 1, 1e6);
            Check.range("algorithm.kl_coef", klCoef, 0, 100);
        }
    }

    /**
     * @param totalSteps the number of RL steps; 0 leaves the stage out
     * @param maxStaleness the number of versions by which a group may be behind; it also limits how far actors may run ahead
     * @param valFreq steps between validations, the best of which is tested at the end; 0: the last weights are tested
     * @param valPatience RL ends after this number of consecutive validations without a new best; 0: only after its steps
     * @param saveFreq RL steps between checkpoints from which a run can resume; 0: only at the start and the end of a stage
     * @param saveLimit the number of these checkpoints that are kept, besides the checkpoint at the start of RL
     * @param logger the trackers that receive the metrics besides {@code metrics.jsonl}: tensorboard
     * @param testBeforeTrain whether the initial weights of a run are tested too
     * @param seed the seed of initial weights, order and sampling
     * @param threads the number of cores per operation of the learner while actors work; the warm-up uses all cores
     * @param stallWarningMs the time without a group after which a warning names the stalled stage
     * @param reaskAfterMs the time without any answer after which prompts that may be lost are asked again; the time doubles until an
     *     answer comes
     * @param maxDeadRatio the run ends when a larger share of the last answers is dead; 1: never
     */
    public record Trainer(
            int totalSteps,
            int maxStaleness,
            int valFreq,
            int valPatience,
            int saveFreq,
            int saveLimit,
            List<String> logger,
            boolean testBeforeTrain,
            long seed,
            int threads,
            long stallWarningMs,
            long reaskAfterMs,
            double maxDeadRatio) {
        public Trainer {
            logger = List.copyOf(logger);
            logger.forEach(name -> Check.choice("trainer.logger", name, List.of("tensorboard")));
            Check.range("trainer.total_steps", totalSteps, 0, 10_000_000);
            Check.range("trainer.max_staleness", maxStaleness, 0, 1000);
            Check.range("trainer.val_freq", valFreq, 0, 10_000_000);
            Check.range("trainer.val_patience", valPatience, 0, 10_000);
            Check.range("trainer.save_freq", saveFreq, 0, 10_000_000);
            Check.range("trainer.save_limit", saveLimit, 1, 10_000);
            Check.range("trainer.threads", threads, 1, 1024);
            Check.range("trainer.stall_warning_ms", stallWarningMs, 100, 86_400_000);
            Check.range("trainer.reask_after_ms", reaskAfterMs, 100, 86_400_000);
            Check.range("trainer.max_dead_ratio", maxDeadRatio, 0, 1);
        }
    }

    public LearnerSettings {
        checkGroup(rollout.n, data.maxResponseLength);
        if (rollout.topP != 1 && trainer.totalSteps > 0) {
            throw new IllegalArgumentException("rollout.top_p is " + rollout.topP
                    + ", training needs 1: the log-probabilities in the log are those of the whole distribution");
        }
        Check.range("actor.global_batch_size", actor.globalBatchSize, 1, data.rolloutBatchSize);
        if (!trainer.testBeforeTrain && trainer.totalSteps == 0 && sft.steps() == 0) {
            throw new IllegalArgumentException(
                    "trainer.test_before_train is false, and trainer.total_steps and sft.steps are 0,"
                            + " so nothing would be tested: change one of them");
        }
    }

    /**
     * Checks that a group of completions fits into one record.
     *
     * @throws IllegalArgumentException when the largest group could be too large
     */
    public static void checkGroup(final int completions, final int maxResponseLength) {
        final long tokens = (long) completions * maxResponseLength;
        if (tokens > MAX_GROUP_TOKENS) {
            throw new IllegalArgumentException(completions + " completions of data.max_response_length "
                    + maxResponseLength + " are " + tokens + " tokens per group, allowed are " + MAX_GROUP_TOKENS
                    + ": a group is one record of at most 16 MB");
        }
    }
}
