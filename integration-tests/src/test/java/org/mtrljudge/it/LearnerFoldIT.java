package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.schemas.Completion;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.FinishReason;
import org.mtrljudge.schemas.LearnedOffset;
import org.mtrljudge.schemas.PolicyManifest;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.Sampling;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.TrainingStep;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.codec.PackedArrays;
import org.mtrljudge.schemas.topic.LogOffset;
import org.mtrljudge.schemas.topic.Replication;
import org.mtrljudge.schemas.topic.Topics;

/** Guarantee 2: a learner that is killed at any moment and started again computes the same weights, to the bit. */
class LearnerFoldIT {
    private static final int KILLS = 10;
    private static final int LONGEST_START_MS = 3000;
    // The longest time between the first new step of a process and its kill.
    private static final int LONGEST_WORK_MS = 700;
    private static final int SEED = 5;
    private static final int PARTITIONS = 3;

    @TempDir
    private Path folder;

    private final LocalSchemaRegistry registry = new LocalSchemaRegistry();
    private final Topics prepared = new Topics("prepared", registry, Replication.BROKERS_DEFAULT, PARTITIONS);
    private TestBroker broker;

    @BeforeEach
    void start() {
        broker = TestBroker.start(folder);
        broker.prepare(prepared);
        prepare();
    }

    @AfterEach
    void stop() throws Exception {
        broker.close();
    }

    /** Sends groups with different lengths and rewards. */
    private void prepare() {
        final SplittableRandom random = new SplittableRandom(1);
        try (Producer<String, byte[]> producer = broker.clients(prepared).producer()) {
            for (int i = 0; i < LearnerProcess.STEPS * LearnerProcess.BATCH; i++) {
                final String id = "p" + i;
                producer.send(prepared.scored().message(id, group(id, random)));
            }
        }
    }

    private static ScoredGroup group(final String id, final SplittableRandom random) {
        final List<Completion> completions = new ArrayList<>();
        final List<CompletionScore> scores = new ArrayList<>();
        for (int c = 0; c < LearnerProcess.GROUP_SIZE; c++) {
            final int length = 1 + random.nextInt(8);
            final int[] tokens = random.ints(length, 50, 500).toArray();
            final float[] logProbs = new float[length];
            Arrays.fill(logProbs, -3f);
            completions.add(new Completion(
                    "prepared", PackedArrays.ofInts(tokens), PackedArrays.ofFloats(logProbs), FinishReason.STOP, null));
            scores.add(new CompletionScore(Map.of("accuracy", 1.0 * c), 1.0 * c, 2.0 * c - 1, null, null, null));
        }
        final PromptRequest prompt = new PromptRequest(
                id,
                "task",
                "prepared " + id,
                List.of(),
                "yes",
                List.of("yes", "no"),
                LearnerProcess.GROUP_SIZE,
                new Sampling(1.0, 1.0, 8, 1L),
                Purpose.TRAIN,
                0,
                null,
                null,
                null,
                null);
        return new ScoredGroup(
                new RolloutGroup(prompt, 0, "", "prepared", completions, 0L, 0.0, null),
                "set",
                1,
                scores,
                false,
                0.0,
                null,
                0);
    }

    private Process learner(final String run) throws Exception {
        final Path log = folder.resolve(run + ".log");
        return JavaProcess.start(
                JavaProcess.of(
                        LearnerProcess.class,
                        List.of("-Xmx512m"),
                        run,
                        "prepared",
                        broker.address(),
                        folder.resolve(run).toString()),
                log.toFile());
    }

    private List<TrainingStep> journal(final String run) {
        return LoggedValues.read(broker, new Topics(run, registry).journal());
    }

    @Test
    @Timeout(300)
    void shouldReachTheSameWeightsWhenKilledTenTimes() throws Exception {
        broker.prepare(new Topics("whole", registry));
        broker.prepare(new Topics("killed", registry));
        final Process whole = learner("whole");
        final SplittableRandom random = new SplittableRandom(SEED);
        final List<Integer> stepsAtKill = new ArrayList<>();
        for (int kill = 0; kill < KILLS; kill++) {
            final Process killed = learner("killed");
            // Of three processes, two are killed while they learn and one is killed at its start.
            if (kill % 3 > 0) {
                final int before = journal("killed").size();
                while (journal("killed").size() == before && killed.isAlive()) {
                    Thread.sleep(100);
                }
                Thread.sleep(random.nextInt(LONGEST_WORK_MS));
            } else {
                Thread.sleep(random.nextInt(LONGEST_START_MS));
            }
            JavaProcess.kill(killed);
            stepsAtKill.add(journal("killed").size() - 1);
        }
        final Process last = learner("killed");
        assertThat(last.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(last.exitValue())
                .as(Files.readString(folder.resolve("killed.log")))
                .isZero();
        assertThat(whole.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(whole.exitValue())
                .as(Files.readString(folder.resolve("whole.log")))
                .isZero();
        System.out.println("killed after steps " + stepsAtKill);

        assertThat(stepsAtKill)
                .as("some kills are in the middle of the run")
                .anyMatch(s -> s > 0 && s < LearnerProcess.STEPS);
        assertThat(digests("killed"))
                .as(Files.readString(folder.resolve("killed.log")))
                .isEqualTo(digests("whole"))
                .doesNotHaveDuplicates();
        final List<LearnedOffset> learned = new ArrayList<>();
        journal("killed").forEach(step -> learned.addAll(step.getLearned()));
        assertThat(learned)
                .as("each group once")
                .extracting(LearnedOffset::getPromptId)
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, LearnerProcess.STEPS * LearnerProcess.BATCH)
                        .mapToObj(i -> "p" + i)
                        .toList());
        assertThat(learned)
                .as("in the one order of all partitions")
                .extracting(group -> new LogOffset(group.getPartition(), group.getOffset()))
                .isSorted();
        assertThat(learned).extracting(LearnedOffset::getPartition).contains(0, 1, 2);
        assertThat(LoggedValues.read(broker, new Topics("killed", registry).policies()))
                .extracting(PolicyManifest::getVersion)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(0, LearnerProcess.STEPS).boxed().toList());
        assertThat(Files.readString(folder.resolve("killed.log"))).doesNotContain("warning");
    }

    private List<String> digests(final String run) {
        return journal(run).stream().map(TrainingStep::getWeightDigest).toList();
    }
}
