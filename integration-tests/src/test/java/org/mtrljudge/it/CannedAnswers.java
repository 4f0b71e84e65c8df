package org.mtrljudge.it;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.mtrljudge.schemas.Completion;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.FinishReason;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.codec.PackedArrays;
import org.mtrljudge.schemas.topic.DeadLetters;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topics;

/** Replaces actors and rewards: one thread answers the prompts in their order, so that two runs with the same prompts learn the same. */
final class CannedAnswers implements AutoCloseable {
    private final KafkaClients clients;
    private final Function<PromptRequest, List<ProducerRecord<String, byte[]>>> answer;
    private final Thread thread = new Thread(this::run, "canned-answers");
    private volatile boolean stopping;

    private CannedAnswers(
            final KafkaClients clients, final Function<PromptRequest, List<ProducerRecord<String, byte[]>>> answer) {
        this.clients = clients;
        this.answer = answer;
    }

    /** @param answer makes the records that answer a prompt, none for a prompt that is lost; it is called once per record of the topic */
    static CannedAnswers start(
            final KafkaClients clients, final Function<PromptRequest, List<ProducerRecord<String, byte[]>>> answer) {
        final CannedAnswers answers = new CannedAnswers(clients, answer);
        answers.thread.start();
        return answers;
    }

    private void run() {
        final TopicPartition prompts =
                new TopicPartition(clients.topics().prompts().name(), 0);
        try (Consumer<String, byte[]> consumer = clients.consumer(KafkaClients.Fetching.SOON);
                Producer<String, byte[]> producer = clients.producer()) {
            consumer.assign(List.of(prompts));
            consumer.seekToBeginning(List.of(prompts));
            while (!stopping) {
                for (final ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    answer.apply(clients.topics().prompts().valueSerde().decode(record.value()))
                            .forEach(producer::send);
                }
                producer.flush();
            }
        }
    }

    /** A scored group of the version that the prompt asks for. Tokens and rewards depend on the prompt's id alone. */
    static ProducerRecord<String, byte[]> scored(final Topics topics, final PromptRequest prompt) {
        final List<Completion> completions = new ArrayList<>();
        final List<CompletionScore> scores = new ArrayList<>();
        final int token = 100 + Math.floorMod(prompt.getPromptId().hashCode(), 200);
        for (int c = 0; c < prompt.getGroupSize(); c++) {
            completions.add(new Completion(
                    "word",
                    PackedArrays.ofInts(new int[] {token + c, 200}),
                    PackedArrays.ofFloats(new float[] {-5, -5}),
                    FinishReason.STOP,
                    null));
            scores.add(new CompletionScore(Map.of("accuracy", 1.0 * c), 1.0 * c, 2.0 * c - 1, null, null, null));
        }
        final RolloutGroup rollout =
                new RolloutGroup(prompt, prompt.getMinPolicyVersion(), "", "test", completions, 0L, 0.0, null);
        return topics.scored()
                .message(prompt.getPromptId(), new ScoredGroup(rollout, "test", 1, scores, false, 0.0, null, 0));
    }

    static ProducerRecord<String, byte[]> dead(final Topics topics, final PromptRequest prompt) {
        final String id = prompt.getPromptId();
        return topics.deadLetters()
                .message(
                        id,
                        DeadLetters.of(
                                id, topics.prompts().name(), 0, 0, "actor", "refused", ByteBuffer.wrap(new byte[0])));
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
