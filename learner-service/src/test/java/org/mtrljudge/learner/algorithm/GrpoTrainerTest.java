package org.mtrljudge.learner.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mtrljudge.learner.settings.LearnerSettings;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.builtin.BuiltInTasks;

class GrpoTrainerTest {
    /** The memory that 100 steps at constant shapes may add to the process: allocators round, and the JIT still compiles. */
    private static final long FLAT_BYTES = 32L << 20;

    /** The memory of direct buffers that may remain after a garbage collection. */
    private static final long BUFFER_BYTES = 16L << 20;

    /**
     * The maximum difference between an update in micro-batches and an update in one piece, as a share of the update's norm:
     * rounding.
     */
    private static final double MICRO_BATCHES = 1e-3;

    /** One update of four groups of two completions, at a constant learning rate. */
    private static LearnerSettings settings(final String... pairs) {
        return Samples.settings(
                List.of(
                        "data.rollout_batch_size=4",
                        "rollout.n=2",
                        "actor.global_batch_size=4",
                        "actor.optim.lr=1.0e-3",
                        "actor.optim.weight_decay=0",
                        "actor.optim.lr_warmup_steps=0",
                        "actor.optim.lr_scheduler_type=constant"),
                pairs);
    }

    private static JudgeModel model() {
        return JudgeModel.random(JudgeFolder.preset(JudgeFolder.JUDGE_TINY), 1);
    }

    /** Groups of two fixed completions; the first is rewarded. */
    private static List<LearnedGroup> batch(final JudgeModel model) {
        return batch(model, Samples.Answers::learned);
    }

    private static List<LearnedGroup> batch(
            final JudgeModel model, final Function<Samples.Answers, LearnedGroup> learned) {
        final BuiltInTasks tasks = new BuiltInTasks(1, 10, 1, 1);
        return IntStream.range(0, 4)
                .mapToObj(i -> learned.apply(Samples.answers(
                        model,
                        tasks.example("alignment", Split.TRAIN, i),
                        "<think>seen red ball left.</think><answer>yes</answer>",
                        "<think>seen blue box.</think><answer>no</answer>")))
                .toList();
    }

    private static double[] logProbsOfBoth(final JudgeModel model, final LearnedGroup group) {
        try (NDManager scope = model.newScope()) {
            final float[] all =
                    model.score(List.of(group.packed()), 1, scope).logProbs().toFloatArray();
            final int first = group.packed().completions().get(0).length;
            final double[] sums = new double[2];
            for (int i = 0; i < all.length; i++) {
                sums[i < first ? 0 : 1] += all[i];
            }
            return sums;
        }
    }

    @Test
    void shouldMakeRewardedCompletionsMoreLikelyAndOthersLessLikely() {
        try (JudgeModel model = model();
                GrpoTrainer trainer = new GrpoTrainer(model, settings())) {
            final List<LearnedGroup> batch = batch(model);
            final double[] before = logProbsOfBoth(model, batch.get(0));
            final Map<String, Double> metrics = trainer.learn(batch);
            final double[] after = logProbsOfBoth(model, batch.get(0));

            assertThat(after[0]).isGreaterThan(before[0]);
            assertThat(after[1]).isLessThan(before[1]);
            assertThat(metrics.get("actor/grad_norm")).isPositive();
            assertThat(metrics.get("actor/ppo_kl")).isCloseTo(0, within(1e-5));
            assertThat(metrics.get("actor/pg_clipfrac")).isZero();
            assertThat(metrics.get("actor/entropy_loss")).isBetween(1.0, Math.log(768));
        }
    }

    /** The change of the weights in an update: {@code [parameters]}. */
    private static double[] learned(
            final JudgeModel model, final GrpoTrainer trainer, final Map<String, Double> metrics) {
        final double[] before = weights(model);
        metrics.putAll(trainer.learn(batch(model, answers -> answers.sampledByAnother(0.1f))));
        final double[] change = weights(model);
        for (int i = 0; i < change.length; i++) {
            change[i] -= before[i];
        }
        return change;
    }

    private static double[] weights(final JudgeModel model) {
        return model.policy().tensors().values().stream()
                .map(NDArray::toFloatArray)
                .flatMapToDouble(values -> IntStream.range(0, values.length).mapToDouble(i -> values[i]))
                .toArray();
    }

    private static double norm(final double[] values) {
        return Math.sqrt(DoubleStream.of(values).map(v -> v * v).sum());
    }

    @ParameterizedTest
    @CsvSource({"token, none", "seq, none", "token, token", "seq, sequence"})
    void shouldLearnTheSameInMicroBatches(final String lossAvgMode, final String rolloutIs) {
        final String[] pairs = {
            "actor.loss_avg_mode=" + lossAvgMode, "algorithm.rollout_is=" + rolloutIs, "algorithm.kl_coef=0.1"
        };
        final List<String> oneCompletionEach = List.of("actor.max_tokens_per_micro_batch=1");
        final Map<String, Double> one = new HashMap<>();
        final Map<String, Double> many = new HashMap<>();
        try (JudgeModel whole = model();
                JudgeModel pieces = model();
                GrpoTrainer inOne = new GrpoTrainer(whole, settings(pairs));
                GrpoTrainer inMany = new GrpoTrainer(
                        pieces,
                        settings(Stream.concat(oneCompletionEach.stream(), Stream.of(pairs))
                                .toArray(String[]::new)))) {
            final double[] expected = learned(whole, inOne, one);
            final double[] difference = learned(pieces, inMany, many);
            for (int i = 0; i < difference.length; i++) {
                difference[i] -= expected[i];
            }
            assertThat(norm(difference)).isLessThan(MICRO_BATCHES * norm(expected));
        }
        // AdamW's step hides a gradient that is too large by a factor; the gradient norm does not hide it
        assertThat(many.get("actor/grad_norm")).isCloseTo(one.get("actor/grad_norm"), within(1e-4));
        assertThat(many.get("actor/pg_loss")).isCloseTo(one.get("actor/pg_loss"), within(1e-5));
    }

    /** The log says that its policy sampled each token with e^0.5 times the likelihood under the present policy. */
    private static List<LearnedGroup> sampledByAnother(final JudgeModel model) {
        return batch(model, answers -> answers.sampledByAnother(0.5f));
    }

    @Test
    void shouldClipAroundThePolicyOfTheStepAndWeightSamplesOfAnotherPolicy() {
        try (JudgeModel naive = model();
                JudgeModel decoupled = model();
                GrpoTrainer without = new GrpoTrainer(naive, settings());
                GrpoTrainer with = new GrpoTrainer(
                        decoupled, settings("actor.max_tokens_per_micro_batch=1", "algorithm.rollout_is=token"))) {
            final Map<String, Double> plain = without.learn(sampledByAnother(naive));
            assertThat(plain.get("actor/ppo_kl")).isCloseTo(0.5, within(1e-4));
            assertThat(plain.get("actor/pg_clipfrac_lower")).isPositive();
            assertThat(plain).doesNotContainKey("rollout_is/mean");

            final Map<String, Double> corrected = with.learn(sampledByAnother(decoupled));
            assertThat(corrected.get("actor/ppo_kl")).isCloseTo(0, within(1e-4));
            assertThat(corrected.get("actor/pg_clipfrac")).isZero();
            assertThat(corrected.get("rollout_is/mean")).isCloseTo(Math.exp(-0.5), within(1e-4));
            assertThat(corrected.get("rollout_is/eff_sample_size")).isCloseTo(1, within(1e-4));
        }
    }

    @Test
    void shouldNotLearnFromGroupsWithoutSpread() {
        try (JudgeModel model = model();
                GrpoTrainer trainer = new GrpoTrainer(model, settings())) {
            final List<LearnedGroup> flat =
                    batch(model, answers -> answers.zeroSpread().learned());
            final double[] before = logProbsOfBoth(model, flat.get(0));
            assertThat(trainer.learn(flat).get("actor/grad_norm")).isZero();
            assertThat(logProbsOfBoth(model, flat.get(0))).isEqualTo(before);
        }
    }

    @Test
    void shouldSayOnceWhatIsLikelyWhenTheActorsComputeSomethingElse() {
        final List<String> told = new ArrayList<>();
        try (JudgeModel model = model();
                Agreement agreement = new Agreement(model, 2, 1, 200, told::add)) {
            final List<LearnedGroup> batch = batch(model);
            agreement.remember(0);
            agreement.measure(batch, new HashMap<>());
            assertThat(told).as("the model's own log-probabilities").isEmpty();
            for (int step = 0; step < 2; step++) {
                batch.forEach(group -> group.behaviour()[0] -= 40);
                agreement.measure(batch, new HashMap<>());
            }
            assertThat(told).hasSize(1).allMatch(warning -> warning.contains("--generation-config vllm"));
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldNotLeakNativeMemoryOverHundredsOfSteps() throws IOException {
        try (JudgeModel model = model();
                GrpoTrainer trainer = new GrpoTrainer(model, settings());
                Agreement agreement = new Agreement(model, 2, 1, 200, told -> {})) {
            final List<LearnedGroup> batch = batch(model);
            int step = 0;
            while (step < 200) {
                step(trainer, agreement, batch, step++);
            }
            // a leak grows in every window; rounding of an allocator grows in only one
            long leastGrowth = Long.MAX_VALUE;
            for (int window = 0; window < 3; window++) {
                final long before = residentBytes();
                for (int i = 0; i < 100; i++) {
                    step(trainer, agreement, batch, step++);
                }
                leastGrowth = Math.min(leastGrowth, residentBytes() - before);
            }
            assertThat(leastGrowth).isLessThan(FLAT_BYTES);
        }
    }

    private static void step(
            final GrpoTrainer trainer, final Agreement agreement, final List<LearnedGroup> batch, final int step) {
        agreement.remember(step);
        agreement.measure(batch, new HashMap<>());
        trainer.learn(batch);
    }

    private static long residentBytes() throws IOException {
        collectGarbage();
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                        .filter(line -> line.startsWith("VmRSS:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                        .findFirst()
                        .orElseThrow()
                << 10;
    }

    /** The buffers from which arrays were filled are outside the heap, but are freed with their Java objects. */
    private static void collectGarbage() {
        final BufferPoolMXBean direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .findFirst()
                .orElseThrow();
        for (int i = 0; i < 50 && direct.getMemoryUsed() > BUFFER_BYTES; i++) {
            System.gc();
            LockSupport.parkNanos(50_000_000);
        }
        assertThat(direct.getMemoryUsed()).isLessThan(BUFFER_BYTES);
    }
}
