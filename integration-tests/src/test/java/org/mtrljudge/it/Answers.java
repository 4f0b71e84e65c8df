package org.mtrljudge.it;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.mtrljudge.schemas.Completion;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.FinishReason;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.TrainingStep;
import org.mtrljudge.schemas.codec.PackedArrays;
import org.mtrljudge.schemas.topic.DeadLetters;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topics;

/**
 * Replaces actors and rewards. Of the answers to training prompts, every seventh is a dead letter, and every fifth of the others is too
 * old. All other answers are sent twice.
 */
final class Answers implements AutoCloseable {
    private static final int TOO_OLD = -7;
    private static final int DEAD_EVERY = 7;
    private static final int TOO_OLD_EVERY = 5;

    final Set<String> old = ConcurrentHashMap.newKeySet();
    final Set<String> dead = ConcurrentHashMap.newKeySet();
    final List<TrainingStep> journal = new ArrayList<>();
    private final Topics topics;
    private final KafkaClients clients;
    private final Thread thread = new Thread(this::answer, "answers");
    private volatile boolean stopping;

    Answers(final KafkaClients clients) {
        this.topics = clients.topics();
        this.clients = clients;
    }

    void start() {
        thread.start();
    }

    private void answer() {
        final TopicPartition prompts = new TopicPartition(topics.prompts().name(), 0);
        final TopicPartition steps = new TopicPartition(topics.journal().name(), 0);
        try (Consumer<String, byte[]> consumer = clients.consumer(KafkaClients.Fetching.BY_DEFAULT);
                Producer<String, byte[]> producer = clients.producer()) {
            consumer.assign(List.of(prompts, steps));
            consumer.seekToBeginning(List.of(prompts, steps));
            int asked = 0;
            boolean drained = false;
            while (!(stopping && drained)) {
                final boolean last = stopping;
                final var records = consumer.poll(Duration.ofMillis(200));
                for (final ConsumerRecord<String, byte[]> record : records) {
                    if (record.topic().equals(steps.topic())) {
                        journal.add(topics.journal().valueSerde().decode(record.value()));
                        continue;
                    }
                    final PromptRequest prompt = topics.prompts().valueSerde().decode(record.value());
                    final boolean training = prompt.getPurpose() == Purpose.TRAIN;
                    messages(prompt, training ? ++asked : 1).forEach(producer::send);
                }
                drained = last && records.isEmpty();
            }
        }
    }

    /** @param number the position of a training prompt, from 1; a prompt of an evaluation has 1 and gets the usual answer */
    private List<ProducerRecord<String, byte[]>> messages(final PromptRequest prompt, final int number) {
        if (isAnsweredByADeadLetter(number)) {
            return List.of(deadLetter(prompt));
        }
        return isAnsweredTooLate(number) ? List.of(staleGroup(prompt)) : freshGroupTwice(prompt);
    }

    private static boolean isAnsweredByADeadLetter(final int number) {
        return number % DEAD_EVERY == 0;
    }

    private static boolean isAnsweredTooLate(final int number) {
        return number % TOO_OLD_EVERY == 0;
    }

    private ProducerRecord<String, byte[]> deadLetter(final PromptRequest prompt) {
        final String id = prompt.getPromptId();
        dead.add(id);
        return topics.deadLetters()
                .message(id, DeadLetters.of(id, "learner.prompts", 0, 0, "actor", "no", ByteBuffer.wrap(new byte[0])));
    }

    private ProducerRecord<String, byte[]> staleGroup(final PromptRequest prompt) {
        old.add(prompt.getPromptId());
        return topics.scored().message(prompt.getPromptId(), scored(prompt, TOO_OLD));
    }

    private List<ProducerRecord<String, byte[]>> freshGroupTwice(final PromptRequest prompt) {
        final String id = prompt.getPromptId();
        final ScoredGroup fresh = scored(prompt, prompt.getMinPolicyVersion());
        return List.of(topics.scored().message(id, fresh), topics.scored().message(id, fresh));
    }

    private static ScoredGroup scored(final PromptRequest prompt, final int version) {
        final List<Completion> completions = new ArrayList<>();
        final List<CompletionScore> scores = new ArrayList<>();
        for (int c = 0; c < prompt.getGroupSize(); c++) {
            completions.add(new Completion(
                    "word",
                    PackedArrays.ofInts(new int[] {100 + c, 200}),
                    PackedArrays.ofFloats(new float[] {-5, -5}),
                    FinishReason.STOP,
                    null));
            scores.add(new CompletionScore(Map.of("accuracy", 1.0 * c), 1.0 * c, 2.0 * c - 1, null, null, null));
        }
        return new ScoredGroup(
                new RolloutGroup(prompt, version, "", "test", completions, 0L, 0.0, null),
                "test",
                1,
                scores,
                false,
                0.0,
                null,
                0);
    }

    @Override
    public void close() throws InterruptedException {
        stopping = true;
        thread.join();
    }
}
