package org.mtrljudge.learner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.config.ModelSettings;
import org.mtrljudge.model.input.EncodedPrompt;
import org.mtrljudge.model.input.PackedGroup;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.builtin.BuiltInTasks;

class GrpoTrainerTest {
    /** What 100 steps at constant shapes may add to the process: allocators round, the JIT settles. */
    private static final long FLAT_BYTES = 32L << 20;

    /** What direct buffers may still be held after a collection. */
    private static final long BUFFER_BYTES = 16L << 20;

    private static LearnerSettings settings(final int microBatch, final double klCoef) {
        return settings(microBatch, klCoef, "none");
    }

    private static LearnerSettings settings(final int microBatch, final double klCoef, final String rolloutIs) {
        return new LearnerSettings(
                new LearnerSettings.Data(4, 64),
                new LearnerSettings.Rollout(2, 1, 1),
                new LearnerSettings.Actor(
                        4,
                        0.2,
                        0.28,
                        "token",
                        1,
                        microBatch,
                        new ModelSettings(
                                "float32", false, new ModelSettings.LoraSettings(0, 64, List.of("all-linear"))),
                        new LearnerSettings.Optim(1e-3, 0, 0.9, 0.999, 0, "constant", 0)),
                new LearnerSettings.Algorithm(klCoef, true, rolloutIs, 2),
                new LearnerSettings.Trainer(1, 0, 0, 0, 0, 1, List.of(), true, 1, 2, 1000),
                new SftSettings(false, 0, 1, 1, 0, 0, 0, 0));
    }

    private static JudgeModel model() {
        return JudgeModel.random(JudgeFolder.preset(JudgeFolder.JUDGE_TINY), 1);
    }

    /** Groups of two fixed completions, the first rewarded. */
    private static List<LearnedGroup> batch(final JudgeModel model) {
        final BuiltInTasks tasks = new BuiltInTasks(1, 10, 1, 1);
        final List<LearnedGroup> groups = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            final JudgeExample example = tasks.example("alignment", Split.TRAIN, i);
            final EncodedPrompt prompt = model.encode(example.prompt(), example.pictures(), example.id());
            final PackedGroup packed = new PackedGroup(
                    prompt,
                    List.of(
                            model.encodeCompletion("<think>seen red ball left.</think><answer>yes</answer>"),
                            model.encodeCompletion("<think>seen blue box.</think><answer>no</answer>")));
            try (NDManager scope = model.newScope()) {
                final float[] behaviour =
                        model.score(List.of(packed), 1, scope).logProbs().toFloatArray();
                groups.add(new LearnedGroup("alignment", 0, packed, behaviour, new double[] {1, -1}, false));
            }
        }
        return groups;
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
    void shouldRaiseWhatWasRewardedAndLowerTheRest() {
        try (JudgeModel model = model();
                GrpoTrainer trainer = new GrpoTrainer(model, settings(100_000, 0))) {
            final List<LearnedGroup> batch = batch(model);
            final double[] before = logProbsOfBoth(model, batch.get(0));
            final Map<String, Double> metrics = trainer.learn(batch);
            final double[] after = logProbsOfBoth(model, batch.get(0));

            assertThat(after[0]).isGreaterThan(before[0]);
            assertThat(after[1]).isLessThan(before[1]);
            assertThat(metrics.get("actor/grad_norm")).isPositive();
            assertThat(metrics.get("actor/ppo_kl")).isCloseTo(0, within(1e-5));
            assertThat(metrics.get("actor/pg_clipfrac")).isZero();
            assertThat(metrics.get("actor/entropy_loss")).isBetween(1.0, Math.log(523));
        }
    }

    @Test
    void shouldLearnTheSameInMicroBatches() {
        try (JudgeModel whole = model();
                JudgeModel pieces = model();
                GrpoTrainer inOne = new GrpoTrainer(whole, settings(100_000, 0.1));
                GrpoTrainer inMany = new GrpoTrainer(pieces, settings(1, 0.1))) {
            final Map<String, Double> one = inOne.learn(batch(whole));
            final Map<String, Double> many = inMany.learn(batch(pieces));
            assertThat(many.get("actor/grad_norm")).isCloseTo(one.get("actor/grad_norm"), within(1e-4));
            assertThat(many.get("actor/pg_loss")).isCloseTo(one.get("actor/pg_loss"), within(1e-5));
        }
    }

    /** The log says that its policy sampled each token e^0.5 times as likely as the present one would. */
    private static List<LearnedGroup> sampledByAnother(final JudgeModel model) {
        return batch(model).stream()
                .map(g -> {
                    final float[] behaviour = g.behaviour().clone();
                    for (int i = 0; i < behaviour.length; i++) {
                        behaviour[i] += 0.5f;
                    }
                    return new LearnedGroup(g.task(), 0, g.packed(), behaviour, g.advantages(), false);
                })
                .toList();
    }

    @Test
    void shouldPutTheClipAroundTheStepsPolicyAndWeighWhatAnotherSampled() {
        try (JudgeModel naive = model();
                JudgeModel decoupled = model();
                GrpoTrainer without = new GrpoTrainer(naive, settings(100_000, 0));
                GrpoTrainer with = new GrpoTrainer(decoupled, settings(1, 0, "token"))) {
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
    void shouldLeaveGroupsWithoutSpreadAlone() {
        try (JudgeModel model = model();
                GrpoTrainer trainer = new GrpoTrainer(model, settings(100_000, 0))) {
            final List<LearnedGroup> flat = batch(model).stream()
                    .map(g -> new LearnedGroup(g.task(), 0, g.packed(), g.behaviour(), new double[2], true))
                    .toList();
            final double[] before = logProbsOfBoth(model, flat.get(0));
            assertThat(trainer.learn(flat).get("actor/grad_norm")).isZero();
            assertThat(logProbsOfBoth(model, flat.get(0))).isEqualTo(before);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldHoldNativeMemoryFlatOverHundredsOfSteps() throws IOException {
        try (JudgeModel model = model();
                GrpoTrainer trainer = new GrpoTrainer(model, settings(100_000, 0));
                Agreement agreement = new Agreement(model, 2, 1)) {
            final List<LearnedGroup> batch = batch(model);
            int step = 0;
            while (step < 200) {
                step(trainer, agreement, batch, step++);
            }
            long leastGrowth = Long.MAX_VALUE; // a leak grows in every window, an allocator that rounds up in one
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

    /** Buffers by which arrays were filled lie outside the heap, but go with their Java objects. */
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
