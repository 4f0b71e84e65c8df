package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.learner.event.TrainingListener;
import org.mtrljudge.learner.settings.ExchangeLimits;
import org.mtrljudge.learner.settings.RunContext;
import org.mtrljudge.learner.settings.WeightTransport;
import org.mtrljudge.learner.state.LearnerState;
import org.mtrljudge.learner.state.PastRun;
import org.mtrljudge.learner.topics.Exchange;
import org.mtrljudge.learner.topics.LearnerProducer;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.Sampling;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.DeadLetters;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topics;

/** A learner that resumes while a transaction of the reward service is open. */
class HiddenDeadLettersIT {
    @TempDir
    private Path folder;

    private final Topics topics = new Topics("hidden", new LocalSchemaRegistry());

    private Exchange exchange(final KafkaClients clients, final LearnerProducer producer) {
        return new Exchange(
                new RunContext(
                        clients,
                        WeightTransport.LOG,
                        "settings",
                        folder,
                        folder,
                        new TrainingListener() {},
                        () -> {},
                        Clock.systemUTC()),
                producer,
                PastRun.none(LearnerState.fresh("settings")),
                new ExchangeLimits(8, 60_000, 60_000, 1, 100));
    }

    /** The first prompt cannot be made, so the log has only its dead letter. */
    private void refuseOneAndAskOne(final KafkaClients clients) {
        try (LearnerProducer producer = new LearnerProducer(clients, Duration.ofMinutes(1));
                Exchange exchange = exchange(clients, producer)) {
            exchange.refuse("train-0-a", null, "its picture is damaged");
            exchange.ask(PromptRequest.newBuilder()
                    .setPromptId("train-1-b")
                    .setTask("task")
                    .setText("one?")
                    .setImages(List.of())
                    .setReference("yes")
                    .setLabels(List.of("yes", "no"))
                    .setGroupSize(2)
                    .setSampling(new Sampling(1.0, 1.0, 8, 1L))
                    .setPurpose(Purpose.TRAIN)
                    .setMinPolicyVersion(0)
                    .build());
            exchange.flush();
        }
    }

    @Test
    @Timeout(120)
    void shouldFindARefusedPromptBehindAnOpenTransaction() throws Exception {
        try (TestBroker broker = TestBroker.start(folder)) {
            broker.prepare(topics);
            final KafkaClients clients = broker.clients(topics);
            try (Producer<String, byte[]> rewards = clients.transactional("hidden.rewards", Duration.ofMinutes(1))) {
                rewards.initTransactions();
                rewards.beginTransaction();
                rewards.send(topics.deadLetters()
                        .message(
                                "eval-c",
                                DeadLetters.of(
                                        "eval-c", "hidden.rollouts", 0, 0, "reward", "no", ByteBuffer.allocate(0))));
                rewards.flush();
                refuseOneAndAskOne(clients);
                final AtomicInteger waits = new AtomicInteger();
                final PastRun past = PastRun.read(clients, LearnerState.fresh("settings"), () -> {
                    if (waits.incrementAndGet() == 3) {
                        rewards.commitTransaction();
                    }
                });
                assertThat(past.trainingIds()).containsExactly("train-0-a", "train-1-b");
                assertThat(waits.get()).isGreaterThanOrEqualTo(3);
            }
        }
    }
}
