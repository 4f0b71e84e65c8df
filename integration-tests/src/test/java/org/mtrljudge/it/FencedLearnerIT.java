package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.learner.event.LearnerException;
import org.mtrljudge.learner.event.TrainingListener;
import org.mtrljudge.learner.settings.ExchangeLimits;
import org.mtrljudge.learner.settings.RunContext;
import org.mtrljudge.learner.settings.WeightTransport;
import org.mtrljudge.learner.state.LearnerState;
import org.mtrljudge.learner.state.PastRun;
import org.mtrljudge.learner.topics.Exchange;
import org.mtrljudge.learner.topics.LearnerProducer;
import org.mtrljudge.learner.topics.PolicyWriter;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.schemas.PolicyKind;
import org.mtrljudge.schemas.PolicyManifest;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.Sampling;
import org.mtrljudge.schemas.TrainingStep;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topics;

/** Two learners of one run: the second learner takes the run over, and nothing that the first publishes afterwards is visible. */
class FencedLearnerIT {
    @TempDir
    private Path folder;

    private final Topics topics = new Topics("fenced", new LocalSchemaRegistry());

    private void publish(final PolicyWriter writer, final JudgeModel model, final int version, final String phase) {
        writer.publish(
                version,
                version,
                PolicyKind.FULL,
                model.policy(),
                digest -> new TrainingStep(
                        version,
                        phase,
                        version,
                        digest,
                        "settings",
                        List.of(),
                        List.of(),
                        Map.of(),
                        0L,
                        null,
                        null,
                        null));
    }

    @Test
    @Timeout(120)
    void shouldEndTheFirstLearnerWhenASecondTakesItsRun() throws Exception {
        try (TestBroker broker = TestBroker.start(folder);
                JudgeModel model = JudgeModel.load(JudgeFolder.preset(JudgeFolder.JUDGE_TINY))) {
            broker.prepare(topics);
            final KafkaClients clients = broker.clients(topics);
            try (LearnerProducer first = new LearnerProducer(clients, Duration.ofMinutes(1))) {
                final PolicyWriter firsts = new PolicyWriter(clients, first, WeightTransport.LOG);
                publish(firsts, model, 0, "first");
                try (LearnerProducer second = new LearnerProducer(clients, Duration.ofMinutes(1))) {
                    assertThatThrownBy(() -> publish(firsts, model, 1, "first"))
                            .isInstanceOf(LearnerException.class)
                            .hasMessageContaining("another learner has taken over the run fenced");
                    publish(new PolicyWriter(clients, second, WeightTransport.LOG), model, 1, "second");
                }
            }
            assertThat(LoggedValues.read(broker, topics.journal()))
                    .extracting(TrainingStep::getPhase)
                    .containsExactly("first", "second");
            assertThat(LoggedValues.read(broker, topics.policies()))
                    .extracting(PolicyManifest::getVersion)
                    .containsExactly(0, 1);
        }
    }

    private static PromptRequest prompt(final String id) {
        return new PromptRequest(
                id,
                "task",
                "one?",
                List.of(),
                "yes",
                List.of("yes", "no"),
                2,
                new Sampling(1.0, 1.0, 8, 1L),
                Purpose.TRAIN,
                0,
                null,
                null,
                null,
                null);
    }

    private Exchange exchange(final KafkaClients clients, final LearnerProducer producer) {
        final RunContext run = new RunContext(
                clients,
                WeightTransport.LOG,
                "settings",
                folder,
                folder,
                new TrainingListener() {},
                () -> {},
                Clock.systemUTC());
        return new Exchange(
                run,
                producer,
                PastRun.none(LearnerState.fresh("settings")),
                new ExchangeLimits(8, 60_000, 60_000, 1, 100));
    }

    @Test
    @Timeout(120)
    void shouldWriteNoMorePromptsOfALearnerWhoseRunWasTaken() throws Exception {
        try (TestBroker broker = TestBroker.start(folder)) {
            broker.prepare(topics);
            final KafkaClients clients = broker.clients(topics);
            try (LearnerProducer lost = new LearnerProducer(clients, Duration.ofMinutes(1));
                    Exchange losts = exchange(clients, lost)) {
                losts.ask(prompt("train-0-a"));
                losts.flush();
                // this prompt is in an open transaction when the other learner starts
                losts.ask(prompt("train-1-b"));
                try (LearnerProducer owner = new LearnerProducer(clients, Duration.ofMinutes(1));
                        Exchange owners = exchange(clients, owner)) {
                    assertThatThrownBy(losts::flush)
                            .isInstanceOf(LearnerException.class)
                            .hasMessageContaining("another learner has taken over the run fenced");
                    assertThatThrownBy(() -> {
                                losts.ask(prompt("train-2-c"));
                                losts.flush();
                            })
                            .isInstanceOf(RuntimeException.class);
                    owners.ask(prompt("train-1-d"));
                    owners.flush();
                }
            }
            assertThat(LoggedValues.read(broker, topics.prompts()))
                    .extracting(PromptRequest::getPromptId)
                    .containsExactly("train-0-a", "train-1-d");
            try (ShareConsumer<String, byte[]> actor = clients.shareConsumer(10)) {
                actor.subscribe(List.of(topics.prompts().name()));
                final List<String> taken = new ArrayList<>();
                while (!taken.contains("train-1-d")) {
                    actor.poll(Duration.ofSeconds(1)).forEach(record -> {
                        taken.add(record.key());
                        actor.acknowledge(record, AcknowledgeType.ACCEPT);
                    });
                }
                assertThat(taken).containsExactly("train-0-a", "train-1-d");
            }
        }
    }
}
