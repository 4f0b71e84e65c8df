package org.mtrljudge.standalone.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.mtrljudge.learner.algorithm.GrpoTrainer;
import org.mtrljudge.learner.algorithm.LearnedGroup;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.input.PackedGroup;
import org.mtrljudge.schemas.Completion;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.FinishReason;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.codec.PackedArrays;
import org.mtrljudge.standalone.run.RunSettings;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.builtin.BuiltInTasks;

/** For a benchmark: prompts of the built-in tasks, and artificial groups of typical length as their answers. */
final class PreparedGroups implements ExampleSource {
    private static final int EXAMPLES = 64;
    private static final int TOKENS = 24;
    private static final int FIRST_WORD = 300;
    private static final int WORDS = 200;
    private static final float LOG_PROB = -3f;
    private final RunSettings settings;
    private final BuiltInTasks tasks = new BuiltInTasks(1, EXAMPLES, 0, 1);

    PreparedGroups(final RunSettings settings) {
        this.settings = settings;
    }

    /** The tokens of completion {@code c}: words in a fixed order, the same for every prompt. */
    private static int[] tokens(final int c) {
        final int[] ids = new int[TOKENS];
        for (int t = 0; t < TOKENS; t++) {
            ids[t] = FIRST_WORD + (31 * c + 7 * t) % WORDS;
        }
        return ids;
    }

    private static double advantage(final int c) {
        return c % 2 == 0 ? 1 : -1;
    }

    private static float[] behaviour() {
        final float[] logProbs = new float[TOKENS];
        Arrays.fill(logProbs, LOG_PROB);
        return logProbs;
    }

    /** The scored group for a prompt, in the form that the reward service writes. */
    ScoredGroup answer(final PromptRequest prompt) {
        final List<Completion> completions = new ArrayList<>();
        final List<CompletionScore> scores = new ArrayList<>();
        for (int c = 0; c < prompt.getGroupSize(); c++) {
            completions.add(new Completion(
                    "prepared",
                    PackedArrays.ofInts(tokens(c)),
                    PackedArrays.ofFloats(behaviour()),
                    FinishReason.STOP,
                    null));
            scores.add(new CompletionScore(Map.of("accuracy", 0.0), 0.0, advantage(c), null, null, null));
        }
        return new ScoredGroup(
                new RolloutGroup(prompt, prompt.getMinPolicyVersion(), "", "prepared", completions, 0L, 0.0, null),
                "prepared",
                1,
                scores,
                false,
                0.0,
                null,
                0);
    }

    /** Learns the same groups without Kafka and returns the number of completion tokens. */
    long learnBare(final JudgeModel model, final int updates) {
        final List<LearnedGroup> batch = new ArrayList<>();
        final List<String> names = tasks(Split.TRAIN);
        for (int i = 0; i < settings.learner().data().rolloutBatchSize(); i++) {
            final JudgeExample example = example(names.get(i % names.size()), Split.TRAIN, i % EXAMPLES);
            batch.add(group(model, example));
        }
        try (GrpoTrainer trainer = new GrpoTrainer(model, settings.learner())) {
            for (int update = 0; update < updates; update++) {
                trainer.learn(batch);
            }
        }
        return (long) updates * batch.size() * settings.learner().rollout().n() * TOKENS;
    }

    private LearnedGroup group(final JudgeModel model, final JudgeExample example) {
        final int n = settings.learner().rollout().n();
        final List<int[]> completions = new ArrayList<>();
        final double[] advantages = new double[n];
        for (int c = 0; c < n; c++) {
            completions.add(tokens(c));
            advantages[c] = advantage(c);
        }
        final float[] logProbs = new float[n * TOKENS];
        Arrays.fill(logProbs, LOG_PROB);
        return new LearnedGroup(
                example.task(),
                0,
                new PackedGroup(
                        model.encode(example.system(), example.prompt(), example.pictures(), example.id()),
                        completions),
                logProbs,
                advantages,
                false);
    }

    /** Only the training split has tasks: a benchmark tests nothing. */
    @Override
    public List<String> tasks(final Split split) {
        return split == Split.TRAIN ? tasks.tasks(split) : List.of();
    }

    @Override
    public int size(final String task, final Split split) {
        return tasks.size(task, split);
    }

    @Override
    public JudgeExample example(final String task, final Split split, final int index) {
        return tasks.example(task, split, index);
    }
}
