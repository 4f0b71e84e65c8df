package org.mtrljudge.learner.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.mtrljudge.learner.event.JournalKind;
import org.mtrljudge.learner.event.LearnerException;
import org.mtrljudge.learner.settings.WeightTransport;
import org.mtrljudge.learner.state.LearnerState;
import org.mtrljudge.learner.state.PastRun;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.weights.Weights;
import org.mtrljudge.schemas.LearnedOffset;
import org.mtrljudge.schemas.PolicyManifest;
import org.mtrljudge.schemas.TrainingStep;
import org.mtrljudge.schemas.topic.Topic;

@Timeout(60)
class PolicyInBackgroundTest {
    private static final List<LearnedOffset> LEARNED = List.of(new LearnedOffset("train-0-a", 0, 3L, 0, null));
    private static JudgeModel model;
    private final LearnerTopics topics = new LearnerTopics();
    private final LearnerProducer learner = topics.learner();
    private final PolicyPublisher publisher = new PolicyPublisher(
            topics.run(),
            new PolicyWriter(topics.topics, learner, WeightTransport.LOG),
            model,
            null,
            null,
            PastRun.none(LearnerState.fresh("digest of settings")));

    @BeforeAll
    static void load() {
        model = JudgeModel.load(JudgeFolder.preset(JudgeFolder.JUDGE_TINY));
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private <V extends SpecificRecordBase> List<V> written(final Topic<V> topic) {
        return topics.producer.history().stream()
                .filter(record -> record.topic().equals(topic.name()))
                .map(record -> topic.valueSerde().decode(record.value()))
                .toList();
    }

    private void init() {
        publisher.publish(JournalKind.INIT, 0, List.of(), List.of(), Map.of());
    }

    @Test
    void shouldWriteTheWeightsOfTheStepWhileTheModelLearnsOn() {
        init();
        final String digest = PolicyPublisher.digest(model);
        final Map<String, Double> metrics = new TreeMap<>(Map.of("actor/lr", 0.5));
        try (Weights copy = model.policy().copy()) {
            publisher.begin(1, LEARNED, List.of("train-1-b"), metrics, copy);
            assertThat(publisher.version()).as("the number is taken at once").isEqualTo(1);
            model.policy().tensors().values().iterator().next().muli(3);
            metrics.put("timing_s/publish", 9.0);
            publisher.await();
        }
        final TrainingStep step = written(topics.topics.journal()).get(1);
        assertThat(step.getWeightDigest()).isEqualTo(digest).isNotEqualTo(PolicyPublisher.digest(model));
        assertThat(step.getMetrics()).isEqualTo(Map.of("actor/lr", 0.5));
        assertThat(step.getLearned()).isEqualTo(LEARNED);
        assertThat(step.getStale()).containsExactly("train-1-b");
        assertThat(written(topics.topics.policies()))
                .extracting(PolicyManifest::getSha256)
                .last()
                .isEqualTo(digest);
        assertThat(publisher.writingSeconds()).isPositive();
    }

    @Test
    void shouldKeepTheChainOfEntriesWhenOneFollowsTheOther() {
        init();
        try (Weights copy = model.policy().copy()) {
            for (int step = 1; step <= 5; step++) {
                publisher.begin(step, LEARNED, List.of(), Map.of(), copy);
            }
            publisher.await();
        }
        final List<TrainingStep> journal = written(topics.topics.journal());
        assertThat(journal).extracting(TrainingStep::getPolicyVersion).containsExactly(0, 1, 2, 3, 4, 5);
        final List<PolicyManifest> manifests = written(topics.topics.policies());
        for (int i = 1; i < journal.size(); i++) {
            assertThat(journal.get(i).getPreviousDigest())
                    .isEqualTo(manifests.get(i - 1).getJournalDigest());
        }
        assertThat(publisher.journalDigest()).isEqualTo(manifests.get(5).getJournalDigest());
    }

    @Test
    void shouldSayAtTheNextCheckThatTheVersionWasNotWritten() throws InterruptedException {
        init();
        topics.producer.fenceProducer();
        try (Weights copy = model.policy().copy()) {
            publisher.begin(1, LEARNED, List.of(), Map.of(), copy);
            assertThatThrownBy(() -> {
                        while (true) {
                            publisher.check();
                            Thread.sleep(10);
                        }
                    })
                    .isInstanceOf(LearnerException.class)
                    .hasMessageContaining("another learner has taken over the run");
        }
        assertThatThrownBy(() -> learner.send(new ProducerRecord<>("test.prompts", "p", new byte[0])))
                .as("prompts of a learner that was replaced")
                .isInstanceOf(LearnerException.class)
                .hasMessageContaining("another learner has taken over the run");
        assertThat(written(topics.topics.journal())).hasSize(1);
    }

    @Test
    void shouldNotDivideEntryAndManifestBetweenTwoTransactions() throws InterruptedException {
        final CountDownLatch sending = new CountDownLatch(1);
        final CountDownLatch goOn = new CountDownLatch(1);
        final Thread policy = new Thread(() -> learner.atomically(() -> {
            learner.send(new ProducerRecord<>("test.journal", "entry", new byte[0]));
            sending.countDown();
            awaitQuietly(goOn);
            learner.send(new ProducerRecord<>("test.policies", "manifest", new byte[0]));
        }));
        policy.start();
        sending.await();
        final Thread prompts = new Thread(() -> {
            learner.send(new ProducerRecord<>("test.prompts", "prompt", new byte[0]));
            learner.commit();
        });
        prompts.start();
        prompts.join(Duration.ofMillis(200).toMillis());
        assertThat(topics.producer.history()).as("nothing is visible yet").isEmpty();
        goOn.countDown();
        policy.join();
        prompts.join();
        assertThat(topics.producer.history())
                .extracting(ProducerRecord::key)
                .containsExactly("entry", "manifest", "prompt");
        assertThat(topics.producer.commitCount()).isEqualTo(2);
    }

    @Test
    void shouldAbortWhereOnlyAPartOfWhatBelongsTogetherWasSent() {
        assertThatThrownBy(() -> learner.atomically(() -> {
                    learner.send(new ProducerRecord<>("test.journal", "entry", new byte[0]));
                    throw new IllegalArgumentException("the manifest cannot be made");
                }))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(learner::commit).hasMessageContaining("were not all sent");
        assertThat(topics.producer.history()).isEmpty();
        assertThat(topics.producer.transactionAborted()).isTrue();
    }

    @Test
    void shouldStopWaitingForAVersionWhereTheRunHasToStop() throws InterruptedException {
        final CountDownLatch goOn = new CountDownLatch(1);
        final Thread holding = new Thread(() -> learner.atomically(() -> awaitQuietly(goOn)));
        holding.start();
        final IllegalStateException stopped = new IllegalStateException("the run has to stop");
        final PolicyPublisher stopping = new PolicyPublisher(
                topics.run().checking(() -> {
                    throw stopped;
                }),
                new PolicyWriter(topics.topics, learner, WeightTransport.LOG),
                model,
                null,
                null,
                PastRun.none(LearnerState.fresh("digest of settings")));
        try (Weights copy = model.policy().copy()) {
            stopping.begin(1, LEARNED, List.of(), Map.of(), copy);
            assertThatThrownBy(stopping::await).isSameAs(stopped);
            goOn.countDown();
            stopping.settle();
        }
        holding.join();
        assertThat(written(topics.topics.journal())).hasSize(1);
    }

    private static void awaitQuietly(final CountDownLatch latch) {
        try {
            latch.await();
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
