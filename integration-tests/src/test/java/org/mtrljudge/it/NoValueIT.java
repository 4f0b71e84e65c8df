package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.actor.Actor;
import org.mtrljudge.actor.ActorMetrics;
import org.mtrljudge.actor.ActorSettings;
import org.mtrljudge.actor.engine.JudgeEngine;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.Topics;

/** A prompt without a value, as a tombstone has none. */
class NoValueIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    @Test
    void shouldMakeADeadLetterOfAPromptWithoutAValue() throws Exception {
        final Topics topics = new Topics("empty", new LocalSchemaRegistry());
        try (TestBroker broker = TestBroker.start(folder)) {
            broker.prepare(topics);
            try (Producer<String, byte[]> producer = broker.clients(topics).producer()) {
                producer.send(new ProducerRecord<>(topics.prompts().name(), "nothing", null))
                        .get();
            }
            final Actor actor = new Actor(
                    new ActorSettings("a", 4, Topics.MAX_DELIVERIES, false),
                    broker.clients(topics),
                    null,
                    new JudgeEngine(
                            JudgeModel.random(JudgeFolder.preset(JudgeFolder.JUDGE_TINY), 0), folder, 1, 65_536),
                    new ActorMetrics(new SimpleMeterRegistry()),
                    Clock.systemUTC());
            final Thread thread = new Thread(actor);
            thread.start();
            List<DeadLetter> letters = List.of();
            final long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (letters.isEmpty() && thread.isAlive() && System.nanoTime() < deadline) {
                letters = LoggedValues.read(broker, topics.deadLetters());
            }
            assertThat(thread.isAlive()).as("the actor lives").isTrue();
            actor.stop();
            thread.join(PATIENCE.toMillis());
            actor.close();
            assertThat(letters).singleElement().satisfies(letter -> {
                assertThat(letter.getReason()).startsWith("the record has no value");
                assertThat(letter.getPayload().remaining()).isZero();
            });
        }
    }
}
