package org.mtrljudge.learner.topics;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.mtrljudge.learner.event.JournalKind;
import org.mtrljudge.learner.settings.WeightTransport;
import org.mtrljudge.learner.state.LearnerState;
import org.mtrljudge.learner.state.PastRun;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.schemas.LearnedOffset;
import org.mtrljudge.schemas.PolicyManifest;
import org.mtrljudge.schemas.TrainingStep;
import org.mtrljudge.schemas.topic.LogOffset;
import org.mtrljudge.schemas.topic.TopicScan;
import org.mtrljudge.settings.io.Sha256;

class PolicyPublisherTest {
    private static final String OTHER_WEIGHTS = "0".repeat(64);
    private static final List<LearnedOffset> LEARNED = List.of(new LearnedOffset("train-0-a", 0, 3L, 0, "abc"));
    private static JudgeModel model;

    private final LearnerTopics topics = new LearnerTopics();

    @BeforeAll
    static void load() {
        model = JudgeModel.load(JudgeFolder.preset(JudgeFolder.JUDGE_TINY));
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private PolicyPublisher publisher(final JournalEntry... inLog) {
        final PastRun past = new PastRun(
                LearnerState.fresh("digest of settings"),
                IntStream.range(0, inLog.length)
                        .mapToObj(version -> entry(version, inLog[version]))
                        .toList(),
                List.of(),
                0);
        final PolicyWriter writer = new PolicyWriter(topics.topics, topics.learner(), WeightTransport.LOG);
        return new PolicyPublisher(topics.run(), writer, model, "other.scored", "rounding of this run", past);
    }

    /** A journal entry from before a restart. Its offset is twice its version, as after an aborted transaction. */
    private record JournalEntry(JournalKind kind, int step, String weights) {}

    private static TopicScan.Entry<TrainingStep> entry(final int version, final JournalEntry entry) {
        return new TopicScan.Entry<>(
                new LogOffset(0, 2L * version),
                new TrainingStep(
                        entry.step(),
                        entry.kind().key(),
                        version,
                        entry.weights(),
                        "",
                        List.of(),
                        List.of(),
                        Map.of(),
                        0L,
                        null,
                        null,
                        null),
                new byte[] {(byte) version});
    }

    private static String digestOfEntry(final int version) {
        return Sha256.of(ByteBuffer.wrap(new byte[] {(byte) version}));
    }

    private List<TrainingStep> journal() {
        return topics.producer.history().stream()
                .filter(record -> record.topic().equals(topics.topics.journal().name()))
                .map(record -> topics.topics.journal().valueSerde().decode(record.value()))
                .toList();
    }

    private List<PolicyManifest> manifests() {
        return topics.producer.history().stream()
                .filter(record -> record.topic().equals(topics.topics.policies().name()))
                .map(record -> topics.topics.policies().valueSerde().decode(record.value()))
                .toList();
    }

    private static void init(final PolicyPublisher publisher) {
        publisher.publish(JournalKind.INIT, 0, List.of(), List.of(), Map.of());
    }

    @Test
    void shouldWriteEachVersionWithAJournalEntryThatNamesThePreviousEntry() {
        final PolicyPublisher publisher = publisher();
        assertThat(publisher.version()).isEqualTo(-1);
        init(publisher);
        final String first = publisher.journalDigest();
        publisher.publish(JournalKind.RL, 1, LEARNED, List.of("train-1-b"), Map.of("actor/lr", 0.5));

        assertThat(publisher.version()).isEqualTo(1);
        assertThat(topics.producer.commitCount()).isEqualTo(2);
        final TrainingStep begin = journal().get(0);
        assertThat(begin.getPhase()).isEqualTo("init");
        assertThat(begin.getPreviousDigest()).isNull();
        assertThat(begin.getScoredTopic())
                .as("without a batch there is no topic")
                .isNull();
        final TrainingStep step = journal().get(1);
        assertThat(step.getPhase()).isEqualTo("rl");
        assertThat(step.getStep()).isEqualTo(1);
        assertThat(step.getPolicyVersion()).isEqualTo(1);
        assertThat(step.getPreviousDigest()).isEqualTo(first);
        assertThat(step.getLearned()).isEqualTo(LEARNED);
        assertThat(step.getStale()).containsExactly("train-1-b");
        assertThat(step.getMetrics()).containsEntry("actor/lr", 0.5);
        assertThat(step.getScoredTopic()).isEqualTo("other.scored");
        assertThat(step.getSettingsDigest()).isEqualTo("digest of settings");
        assertThat(step.getRounding()).isEqualTo("rounding of this run");
        assertThat(step.getWrittenAtMs()).isEqualTo(1_000_000);
        assertThat(manifests()).extracting(PolicyManifest::getVersion).containsExactly(0, 1);
        assertThat(manifests().get(1).getJournalDigest()).isEqualTo(publisher.journalDigest());
        assertThat(manifests().get(1).getSha256())
                .isEqualTo(step.getWeightDigest())
                .isEqualTo(PolicyPublisher.digest(model));
        assertThat(publisher.position()).containsEntry(topics.topics.journal().name(), List.of(2L));
    }

    @Test
    void shouldCompareWithTheVersionInTheLogInsteadOfPublishingItAgain() {
        final String weights = PolicyPublisher.digest(model);
        final PolicyPublisher publisher =
                publisher(new JournalEntry(JournalKind.INIT, 0, weights), new JournalEntry(JournalKind.RL, 1, weights));
        assertThat(publisher.logged()).as("the next entry is not an RL step").isNull();
        init(publisher);
        assertThat(publisher.version()).isZero();
        assertThat(publisher.journalDigest()).isEqualTo(digestOfEntry(0));
        assertThat(publisher.position()).containsEntry(topics.topics.journal().name(), List.of(1L));
        assertThat(publisher.logged()).extracting(TrainingStep::getStep).isEqualTo(1);
        publisher.publish(JournalKind.RL, 1, LEARNED, List.of(), Map.of());
        assertThat(publisher.version()).isEqualTo(1);
        assertThat(publisher.logged()).isNull();
        assertThat(topics.producer.history()).isEmpty();
        assertThat(topics.warnings).isEmpty();

        publisher.publish(JournalKind.RL, 2, LEARNED, List.of(), Map.of());
        assertThat(journal()).hasSize(1);
        assertThat(journal().get(0).getPolicyVersion()).isEqualTo(2);
        assertThat(journal().get(0).getPreviousDigest()).isEqualTo(digestOfEntry(1));
    }

    @Test
    void shouldPublishWeightsThatDifferFromTheLogAsANewVersion() {
        final PolicyPublisher publisher = publisher(
                // these weights are not compared, because only the last entry in the log is compared
                new JournalEntry(JournalKind.INIT, 0, OTHER_WEIGHTS),
                new JournalEntry(JournalKind.RL, 1, OTHER_WEIGHTS));
        init(publisher);
        assertThat(topics.warnings).isEmpty();
        publisher.publish(JournalKind.RL, 1, LEARNED, List.of(), Map.of());
        assertThat(topics.warnings)
                .hasSize(1)
                .first()
                .asString()
                .startsWith("rl 1 was computed again and gave other weights than version 1");
        assertThat(publisher.version()).isEqualTo(2);
        assertThat(journal()).hasSize(1);
        assertThat(journal().get(0).getPhase()).isEqualTo("resumed");
        assertThat(journal().get(0).getStep()).isEqualTo(1);
        assertThat(journal().get(0).getLearned()).isEmpty();
    }

    @Test
    void shouldSkipWeightsThatAnEarlierRestartPublished() {
        final PolicyPublisher publisher = publisher(
                new JournalEntry(JournalKind.INIT, 0, OTHER_WEIGHTS),
                new JournalEntry(JournalKind.RESUMED, 0, PolicyPublisher.digest(model)));
        init(publisher);
        assertThat(publisher.version()).isEqualTo(1);
        assertThat(publisher.journalDigest()).isEqualTo(digestOfEntry(1));
        assertThat(topics.producer.history()).isEmpty();
        assertThat(topics.warnings).isEmpty();
    }

    @Test
    void shouldNotWriteInTheBackgroundWhileTheLogHasEntriesOfAnEarlierLife() {
        // an earlier life of a run with a time limit for its warm-up got further
        final PolicyPublisher publisher = publisher(
                new JournalEntry(JournalKind.INIT, 0, OTHER_WEIGHTS),
                new JournalEntry(JournalKind.WARMUP, 40, OTHER_WEIGHTS));
        init(publisher);
        publisher.begin(1, LEARNED, List.of(), Map.of(), model.policy());
        assertThat(publisher.version()).isEqualTo(2);
        assertThat(topics.warnings).hasSize(1);
        assertThat(journal()).hasSize(1);
        assertThat(journal().get(0).getPolicyVersion()).isEqualTo(2);
        assertThat(journal().get(0).getPreviousDigest()).isEqualTo(digestOfEntry(1));
    }

    @Test
    void shouldSayWhenAVersionTakesLongToWrite() throws InterruptedException {
        final CountDownLatch goOn = new CountDownLatch(1);
        final LearnerProducer producer = topics.learner();
        final Thread holding = new Thread(() -> producer.atomically(() -> {
            try {
                goOn.await();
            } catch (final InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }));
        holding.start();
        final PolicyPublisher publisher = new PolicyPublisher(
                topics.run().checking(() -> {
                    topics.pass(30_000);
                    if (!topics.warnings.isEmpty()) {
                        goOn.countDown();
                    }
                }),
                new PolicyWriter(topics.topics, producer, WeightTransport.LOG),
                model,
                null,
                null,
                PastRun.none(LearnerState.fresh("digest of settings")));
        publisher.begin(1, LEARNED, List.of(), Map.of(), model.policy());
        publisher.await();
        holding.join();
        assertThat(topics.warnings)
                .hasSizeGreaterThanOrEqualTo(1)
                .allMatch(warning -> warning.startsWith("policy version 0 is still being written"));
        assertThat(journal()).hasSize(1);
    }
}
