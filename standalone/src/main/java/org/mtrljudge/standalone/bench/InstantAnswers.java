package org.mtrljudge.standalone.bench;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.standalone.RunException;

/** For a benchmark: replaces the actors and the reward service, and answers every prompt immediately. */
final class InstantAnswers implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(50);
    private final Topics topics;
    private final KafkaClients clients;
    private final PreparedGroups prepared;
    private final Thread thread = new Thread(this::answer, "instant-answers");
    private volatile boolean stopping;
    private volatile @Nullable Throwable failure;

    InstantAnswers(final KafkaClients clients, final PreparedGroups prepared) {
        this.topics = clients.topics();
        this.clients = clients;
        this.prepared = prepared;
        thread.setUncaughtExceptionHandler((t, why) -> failure = why);
    }

    void start() {
        thread.start();
    }

    /** @throws RunException when a prompt could not be answered */
    void check() {
        if (failure != null) {
            throw new RunException("the benchmark's answers failed: " + failure, failure);
        }
    }

    private void answer() {
        // this consumer belongs to no consumer group, so it cannot commit offsets
        final Map<String, Object> ungrouped = Map.of(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        try (Consumer<String, byte[]> consumer = clients.consumerWith(ungrouped);
                Producer<String, byte[]> producer = clients.producerWith(Map.of())) {
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
