package org.mtrljudge.learner;

import java.util.List;
import org.mtrljudge.model.config.ModelSettings;
import org.mtrljudge.settings.Check;

/** Everything the learner is told; the names are EasyR1's keys where it has one. */
public record LearnerSettings(
        Data data, Rollout rollout, Actor actor, Algorithm algorithm, Trainer trainer, SftSettings sft) {

    /**
     * @param rolloutBatchSize prompts a training step
     * @param maxResponseLength new tokens a completion at most
     */
    public record Data(int rolloutBatchSize, int maxResponseLength) {
        public Data {
            Check.range("data.rollout_batch_size", rolloutBatchSize, 1, 100_000);
            Check.range("data.max_response_length", maxResponseLength, 1, 32_768);
        }
    }

    /** @param n completions a prompt: the group size G */
    public record Rollout(int n, double temperature, double topP) {
        public Rollout {
            Check.range("rollout.n", n, 2, 1024);
            Check.range("rollout.temperature", temperature, 0.01, 10);
            Check.range("rollout.top_p", topP, 0.01, 1);
        }
    }

    /** Over what the loss of an update is a mean: {@code actor.loss_avg_mode}. */
    public enum LossAvgMode {
        /** All tokens of the update (DAPO). */
        TOKEN,
        /** The token means of its sequences (DeepSeekMath). */
        SEQ
    }

    /** How the learning rate goes on after its rise: {@code actor.optim.lr_scheduler_type}. */
    public enum LrSchedulerType {
        /** It stays at its peak. */
        CONSTANT,
        /** It falls along half a cosine. */
        COSINE
    }

    /** At which level what older policies sampled is weighted by importance: {@code algorithm.rollout_is}. */
    public enum RolloutIs {
        /** Not at all. */
        NONE,
        /** Each token by its own ratio. */
        TOKEN,
        /** Each token by the ratio of its whole completion. */
        SEQUENCE
    }

    /**
     * The policy update.
     *
     * @param globalBatchSize prompts an optimiser update; at most {@code data.rollout_batch_size}
     * @param maxTokensPerMicroBatch packed positions a forward holds at once: bounds memory, not the result
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
     * @param lrWarmupSteps steps over which the learning rate rises linearly
     * @param lrSchedulerType what it does then; a cosine ends at {@code minLrRatio} of the peak
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

        /** The learning rate of a step counted from 1. */
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

        /** From the peak along half a cosine to {@code floorRatio} of it, as progress goes from 0 to 1. */
        static double cosine(final double peak, final double floorRatio, final double progress) {
            return peak * (floorRatio + (1 - floorRatio) * (1 + Math.cos(Math.PI * progress)) / 2);
        }
    }

    /**
     * @param klCoef weight of the k3 KL term to the policy that RL started from; 0 leaves it out
     * @param onlineFiltering leave groups whose completions all got the same reward out of the loss
     * @param rolloutIs truncated importance sampling for what older policies sampled
     * @param rolloutIsThreshold no weight of it is larger
     */
    public record Algorithm(double klCoef, boolean onlineFiltering, RolloutIs rolloutIs, double rolloutIsThreshold) {
        public Algorithm {
            Check.range("algorithm.rollout_is_threshold", rolloutIsThreshold, 1, 1e6);
            Check.range("algorithm.kl_coef", klCoef, 0, 100);
        }
    }

    /**
     * @param totalSteps RL steps; 0 leaves the stage out
     * @param maxStaleness how many versions a group may be behind; also how far actors may run ahead
     * @param valFreq steps between validations, the best of which is tested in the end; 0: the last weights are tested
     * @param valPatience RL ends when so many validations in a row were no better than the best before; 0: after its steps only
     * @param saveFreq RL steps between checkpoints from which a run goes on; 0: only where a stage begins and ends
     * @param saveLimit how many of them are kept, besides the one RL began with
     * @param logger trackers that get the metrics too, besides {@code metrics.jsonl}: tensorboard
     * @param testBeforeTrain whether the weights a run begins with are tested too
     * @param seed of initial weights, order and sampling
     * @param threads cores an operation of the learner may use while actors work; the warm-up uses all
     * @param stallWarningMs after so long without a group the stage that stands still is named
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
            long stallWarningMs) {
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
        }
    }

    public LearnerSettings {
        Check.range("actor.global_batch_size", actor.globalBatchSize, 1, data.rolloutBatchSize);
        if (!trainer.testBeforeTrain && trainer.totalSteps == 0 && sft.steps() == 0) {
            throw new IllegalArgumentException(
                    "trainer.test_before_train is false, trainer.total_steps and sft.steps are 0:"
                            + " nothing would be tested");
        }
    }
}
