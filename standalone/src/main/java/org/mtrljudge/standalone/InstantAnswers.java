package org.mtrljudge.standalone;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Topics;

/** For a benchmark: takes the place of actors and rewards and answers every prompt at once. */
final class InstantAnswers implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(50);
    private final Topics topics;
    private final Map<String, Object> kafka;
    private final PreparedGroups prepared;
    private final Thread thread = new Thread(this::answer, "instant-answers");
    private volatile boolean stopping;
    private volatile @Nullable Throwable failure;

    InstantAnswers(final Topics topics, final Map<String, Object> kafka, final PreparedGroups prepared) {
        this.topics = topics;
        this.kafka = kafka;
        this.prepared = prepared;
        thread.setUncaughtExceptionHandler((t, why) -> failure = why);
    }

    void start() {
        thread.start();
    }

    /** Throws when answering has failed. */
    void check() {
        if (failure != null) {
            throw new RunException("the benchmark's answers failed: " + failure, failure);
        }
    }

    private void answer() {
        final Map<String, Object> config = new HashMap<>(kafka);
        config.put("enable.auto.commit", "false");
        try (KafkaConsumer<String, byte[]> consumer =
                        new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer());
                KafkaProducer<String, byte[]> producer =
                        new KafkaProducer<>(new HashMap<>(kafka), new StringSerializer(), new ByteArraySerializer())) {
            final TopicPartition prompts = new TopicPartition(topics.prompts().name(), 0);
            consumer.assign(List.of(prompts));
            consumer.seekToBeginning(List.of(prompts));
            while (!stopping) {
                for (final ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                    final PromptRequest prompt = topics.prompts().valueSerde().decode(record.value());
                    producer.send(topics.scored().message(record.key(), prepared.answer(prompt)));
                }
            }
        }
    }

    @Override
    public void close() {
        stopping = true;
        try {
            thread.join();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
