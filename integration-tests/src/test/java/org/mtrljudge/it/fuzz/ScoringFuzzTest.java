package org.mtrljudge.it.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.TopologyTestDriver;
import org.mtrljudge.learner.algorithm.BatchMetrics;
import org.mtrljudge.learner.algorithm.LearnedGroup;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.model.input.EncodedPrompt;
import org.mtrljudge.reward.grader.Verifiers;
import org.mtrljudge.reward.replay.RolloutFilter;
import org.mtrljudge.reward.rule.RewardSetReader;
import org.mtrljudge.reward.scoring.AdvantageEstimator;
import org.mtrljudge.reward.scoring.RewardSettings;
import org.mtrljudge.reward.stream.RewardMetrics;
import org.mtrljudge.reward.stream.RewardTopology;
import org.mtrljudge.reward.stream.ScoringEnd;
import org.mtrljudge.reward.stream.ScoringJob;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.Topics;

/** Whatever lies among the rollouts is scored or a dead letter: the reward service goes on, and the learner can read its scores. */
class ScoringFuzzTest {
    private static final int VOCABULARY = 1000;
    private static final List<RewardSettings> SETTINGS = List.of(
            settings("defaults: {format_weight: 0.1}", AdvantageEstimator.GRPO, false),
            settings("""
                    defaults:
                      weights: {accuracy: 1, format: -0.5, graded: 1.0e+6, length: 1, repetition: -1.0e+6}
                      components: {length: {max_tokens: 64, buffer_tokens: 8}, repetition: {ngram: 2}}
                    """, AdvantageEstimator.DR_GRPO, true),
            settings("""
                    defaults:
                      combine: "accuracy * position_consistency / (format + graded)"
                      components: {position_consistency: true}
                    """, AdvantageEstimator.RLOO, false));

    private static RewardSettings settings(
            final String yaml, final AdvantageEstimator estimator, final boolean runningScale) {
        final var set = new RewardSetReader(new Verifiers(null, 1000))
                .read(Path.of("set.yaml"), "name: any\nversion: 1\n" + yaml);
        return new RewardSettings(set, estimator, runningScale, 1000);
    }

    /** The first byte is the reward set, the others are rollout groups: {@link Pieces}. */
    @FuzzTest(maxDuration = "")
    void shouldScoreOrRefuseAnyRollouts(final byte[] bytes) {
        if (bytes.length == 0) {
            return;
        }
        final var settings = SETTINGS.get(Byte.toUnsignedInt(bytes[0]) % SETTINGS.size());
        final var topics = new Topics("run", new LocalSchemaRegistry());
        final var job = new ScoringJob(
                "fuzz",
                topics.rollouts(),
                topics.scored(),
                topics.deadLetters(),
                RolloutFilter.ALL,
                new ScoringEnd(List.of(1000L)),
                null);
        final List<ScoredGroup> scored = new ArrayList<>();
        final AtomicInteger dead = new AtomicInteger();
        final var topology = RewardTopology.dryRun(
                job,
                settings,
                new RewardMetrics(new SimpleMeterRegistry()),
                value -> scored.add(topics.scored().valueSerde().decode(value)),
                letter -> dead.incrementAndGet());
        final List<byte[]> rollouts = Pieces.of(bytes, 1);
        try (var driver = new TopologyTestDriver(topology, new Properties())) {
            final var in = driver.createInputTopic(
                    topics.rollouts().name(), new StringSerializer(), new ByteArraySerializer());
            rollouts.forEach(avro -> in.pipeInput("key", Pieces.record(RolloutGroup.class, avro)));
        }
        assertThat(scored.size() + dead.get()).isLessThanOrEqualTo(rollouts.size());
        scored.forEach(ScoringFuzzTest::checkCanBeLearned);
        assertThat(BatchMetrics.of(scored, 1)).isNotEmpty();
    }

    private static void checkCanBeLearned(final ScoredGroup group) {
        final int size = group.getRollout().getCompletions().size();
        assertThat(group.getScores()).hasSize(size);
        for (final CompletionScore score : group.getScores()) {
            assertThat(score.getTotal()).isFinite();
            assertThat(score.getAdvantage()).isFinite();
        }
        final EncodedPrompt prompt = new EncodedPrompt(new int[0], new int[3][0], 0, 0, List.of());
        final LearnedGroup learned;
        try {
            learned = LearnedGroup.of(prompt, group, VOCABULARY);
        } catch (final ModelException foreign) {
            return;
        }
        assertThat(learned.advantages()).hasSize(size);
        assertThat(learned.behaviour()).hasSize(learned.packed().completionTokens());
    }
}
