package org.mtrljudge.learner.algorithm;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.mtrljudge.learner.settings.LearnerSettings;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.input.EncodedPrompt;
import org.mtrljudge.model.input.PackedGroup;
import org.mtrljudge.schemas.Completion;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.FinishReason;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.Sampling;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.VersionSpan;
import org.mtrljudge.schemas.codec.PackedArrays;
import org.mtrljudge.settings.SettingsTree;
import org.mtrljudge.tasks.JudgeExample;

/** Settings and groups for tests. A test names only the values that it is about; all others have defaults. */
public final class Samples {
    private Samples() {}

    /** The default settings, overridden by these {@code key=value} pairs, and bound as every process binds them. */
    public static LearnerSettings settings(final String... pairs) {
        return SettingsTree.read(null, Map.of(), List.of(pairs)).bind(LearnerSettings.class);
    }

    /** The default settings, overridden by the pairs of a test class, and then by the pairs of a single test. */
    public static LearnerSettings settings(final List<String> shared, final String... pairs) {
        return settings(Stream.concat(shared.stream(), Stream.of(pairs)).toArray(String[]::new));
    }

    /** The group of a prompt as the reward service writes it: {@code group("p1").rewarded(1, 0)}. */
    static Group group(final String promptId) {
        return new Group(promptId);
    }

    /** The group of an example as the policy update reads it: {@code answers(model, example, "yes", "no").learned()}. */
    static Answers answers(final JudgeModel model, final JudgeExample example, final String... completions) {
        return new Answers(model, example, completions);
    }

    /** By default, completions have two tokens each and are from version 0. */
    static final class Group {
        private final String promptId;
        private String task = "alignment";
        private int version;
        private int promptLength = 10;
        private int[] lengths = {};
        private final Set<Integer> cutOff = new HashSet<>();
        private int newerFrom = Integer.MAX_VALUE;

        private Group(final String promptId) {
            this.promptId = promptId;
        }

        Group task(final String name) {
            task = name;
            return this;
        }

        /** The policy version that sampled the group. */
        Group version(final int number) {
            version = number;
            return this;
        }

        /** The number of tokens of the prompt. */
        Group promptLength(final int tokens) {
            promptLength = tokens;
            return this;
        }

        /** The number of tokens of each completion. */
        Group lengths(final int... tokens) {
            lengths = tokens;
            return this;
        }

        /** The completion with this index ended at the length limit. */
        Group cutOff(final int completion) {
            cutOff.add(completion);
            return this;
        }

        /** From this token on, counted from 0, each completion is from the next version: new weights arrived during generation. */
        Group newerFrom(final int token) {
            newerFrom = token;
            return this;
        }

        /**
         * One completion per accuracy. Its reward is 0.9 · accuracy + 0.1, and its advantage is the reward minus the mean of the
         * group.
         */
        ScoredGroup rewarded(final double... accuracies) {
            final List<Completion> completions = new ArrayList<>();
            final List<CompletionScore> scores = new ArrayList<>();
            final double mean =
                    0.1 + 0.9 * DoubleStream.of(accuracies).average().orElse(0);
            for (int c = 0; c < accuracies.length; c++) {
                completions.add(completion(c));
                final double reward = accuracies[c] * 0.9 + 0.1;
                scores.add(new CompletionScore(
                        Map.of("accuracy", accuracies[c], "format", 1.0),
                        reward,
                        reward - mean,
                        accuracies[c] == 1 ? "yes" : "no",
                        null,
                        null));
            }
            final RolloutGroup rollout = new RolloutGroup(
                    prompt(accuracies.length), version, "", "actor", completions, 0L, 500.0, promptLength);
            final boolean zeroSpread = DoubleStream.of(accuracies).distinct().count() == 1;
            return new ScoredGroup(rollout, "rewards", 1, scores, zeroSpread, 1.0, null, 0);
        }

        private Completion completion(final int index) {
            final int length = index < lengths.length ? lengths[index] : 2;
            return new Completion(
                    "text",
                    PackedArrays.ofInts(new int[length]),
                    PackedArrays.ofFloats(new float[length]),
                    cutOff.contains(index) ? FinishReason.LENGTH : FinishReason.STOP,
                    length <= newerFrom
                            ? null
                            : List.of(
                                    new VersionSpan(version, newerFrom),
                                    new VersionSpan(version + 1, length - newerFrom)));
        }

        private PromptRequest prompt(final int groupSize) {
            return new PromptRequest(
                    promptId,
                    task,
                    "prompt",
                    List.of(),
                    "yes",
                    List.of("yes", "no"),
                    groupSize,
                    new Sampling(1.0, 1.0, 4, 0L),
                    Purpose.TRAIN,
                    0,
                    null,
                    null,
                    null,
                    null);
        }
    }

    /** By default, advantages alternate (+1, −1, +1, …), and the model itself sampled the completions. */
    static final class Answers {
        private final JudgeModel model;
        private final JudgeExample example;
        private final PackedGroup packed;
        private final double[] advantages;
        private boolean zeroSpread;

        private Answers(final JudgeModel model, final JudgeExample example, final String... completions) {
            final EncodedPrompt prompt = model.encode(example.prompt(), example.pictures(), example.id());
            this.model = model;
            this.example = example;
            this.packed = new PackedGroup(
                    prompt,
                    Arrays.stream(completions).map(model::encodeCompletion).toList());
            this.advantages = new double[completions.length];
            for (int c = 0; c < advantages.length; c++) {
                advantages[c] = c % 2 == 0 ? 1 : -1;
            }
        }

        /** All completions have the same reward. */
        Answers zeroSpread() {
            zeroSpread = true;
            Arrays.fill(advantages, 0);
            return this;
        }

        LearnedGroup learned() {
            return sampledByAnother(0);
        }

        /** The policy that sampled gave each token the log-probability of the model plus this difference. */
        LearnedGroup sampledByAnother(final float difference) {
            try (NDManager scope = model.newScope()) {
                final float[] behaviour =
                        model.score(List.of(packed), 1, scope).logProbs().toFloatArray();
                for (int t = 0; t < behaviour.length; t++) {
                    behaviour[t] += difference;
                }
                return learned(behaviour);
            }
        }

        /** The policy that sampled gave each token this log-probability. */
        LearnedGroup sampledWith(final float logProb) {
            final float[] behaviour = new float[packed.completionTokens()];
            Arrays.fill(behaviour, logProb);
            return learned(behaviour);
        }

        private LearnedGroup learned(final float[] behaviour) {
            return new LearnedGroup(example.task(), 0, packed, behaviour, advantages, zeroSpread);
        }
    }
}
