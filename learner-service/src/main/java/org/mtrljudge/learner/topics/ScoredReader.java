package org.mtrljudge.learner.topics;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.mtrljudge.learner.state.PastRun;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.topic.DeadLetters;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.settings.io.Sha256;

/** Reads the answers to prompts, by offset and read committed: scored groups and dead letters. */
public final class ScoredReader implements AutoCloseable {
    /** The answer to a prompt. */
    public sealed interface Answer {
        String promptId();

        /** The offset in the topic of the answer. */
        long offset();

        /**
         * @param partition the partition of the group in {@code RUN.scored}
         * @param offset the offset of the group in that partition
         * @param sha256 the digest of the record's value
         */
        record Scored(String promptId, ScoredGroup group, int partition, long offset, String sha256)
                implements Answer {}

        /** The prompt, its rollouts or its scores could not be processed. */
        record Dead(String promptId, DeadLetter letter, long offset) implements Answer {}
    }

    private final Topics topics;
    private final Consumer<String, byte[]> consumer;
    private final TopicPartition scored;
    private final TopicPartition deadLetters;
    private final Map<TopicPartition, Long> endsAtStart;
    private final TopicPartition rollouts;
    // the offset of the first rollouts without a known answer
    private long nextRollouts;

    /** @param from offsets by topic; a topic without an offset is read from its start */
    ScoredReader(final KafkaClients clients, final Map<String, Long> from) {
        this(clients.topics(), clients.consumer(KafkaClients.Fetching.SOON), from);
    }

    /** @param consumer a consumer without a group; it is closed with this reader */
    ScoredReader(final Topics topics, final Consumer<String, byte[]> consumer, final Map<String, Long> from) {
        this.topics = topics;
        this.consumer = consumer;
        this.scored = new TopicPartition(topics.scored().name(), 0);
        this.deadLetters = new TopicPartition(topics.deadLetters().name(), 0);
        consumer.assign(List.of(scored, deadLetters));
        for (final TopicPartition partition : consumer.assignment()) {
            consumer.seek(partition, from.getOrDefault(partition.topic(), 0L));
        }
        this.rollouts = new TopicPartition(topics.rollouts().name(), 0);
        this.endsAtStart = consumer.endOffsets(List.of(scored, deadLetters, rollouts));
        // the answers from before the start are not read again
        this.nextRollouts = endsAtStart.getOrDefault(scored, 0L) == 0 ? 0 : endsAtStart.getOrDefault(rollouts, 0L);
    }

    /**
     * The offsets from which to read after a restart, by topic. An offset is not after the first answer that was read but is
     * neither learned nor left out, so that such answers are read again.
     *
     * @param inHand the offset of the first scored group that was read and is neither learned nor left out
     * @param kept other such answers
     */
    Map<String, Long> position(final long inHand, final Collection<Answer> kept) {
        long nextScored = Math.min(consumer.position(scored), inHand);
        long nextDead = consumer.position(deadLetters);
        for (final Answer answer : kept) {
            nextScored = Math.min(nextScored, answer.offset());
            // a dead answer is a dead letter or an unreadable record of either topic
            if (answer instanceof Answer.Dead) {
                nextDead = Math.min(nextDead, answer.offset());
            }
        }
        return Map.of(scored.topic(), nextScored, deadLetters.topic(), nextDead);
    }

    /** Whether an answer was in the log before this reader started. After a restart some answers are read again. */
    boolean wasThereBefore(final Answer answer) {
        final TopicPartition partition = answer instanceof Answer.Scored ? scored : deadLetters;
        return answer.offset() < endsAtStart.getOrDefault(partition, 0L);
    }

    List<Answer> poll(final Duration timeout) {
        final List<Answer> answers = new ArrayList<>();
        for (final ConsumerRecord<String, byte[]> record : consumer.poll(timeout)) {
            answers.add(record.topic().equals(topics.scored().name()) ? scored(record) : dead(record));
        }
        return answers;
    }

    private Answer scored(final ConsumerRecord<String, byte[]> record) {
        try {
            final ScoredGroup group = topics.scored().valueSerde().decode(record.value());
            final String promptId = group.getRollout().getPrompt().getPromptId();
            final String sha256 = Sha256.of(ByteBuffer.wrap(record.value()));
            if (group.getRolloutOffset() != null) {
                nextRollouts = Math.max(nextRollouts, group.getRolloutOffset() + 1);
            }
            return new Answer.Scored(promptId, group, record.partition(), record.offset(), sha256);
        } catch (final SerializationException e) {
            return unreadable(record, e);
        }
    }

    private Answer dead(final ConsumerRecord<String, byte[]> record) {
        try {
            final DeadLetter letter = topics.deadLetters().valueSerde().decode(record.value());
            if (letter.getTopic().equals(rollouts.topic())) {
                nextRollouts = Math.max(nextRollouts, letter.getOffset() + 1);
            }
            final String promptId = letter.getPromptId() == null ? record.key() : letter.getPromptId();
            return new Answer.Dead(String.valueOf(promptId), letter, record.offset());
        } catch (final SerializationException e) {
            return unreadable(record, e);
        }
    }

    /** The key is the id of the prompt, even where the value is unreadable. */
    private Answer unreadable(final ConsumerRecord<String, byte[]> record, final SerializationException e) {
        final String key = String.valueOf(record.key());
        return new Answer.Dead(
                key,
                DeadLetters.of(
                        key,
                        record.topic(),
                        record.partition(),
                        record.offset(),
                        PastRun.SERVICE,
                        String.valueOf(e.getMessage()),
                        ByteBuffer.wrap(record.value() == null ? new byte[0] : record.value())),
                record.offset());
    }

    /** Whether this reader made the dead answer of a damaged record. A dead letter is about another topic. */
    boolean isUnreadable(final Answer.Dead answer) {
        final String topic = answer.letter().getTopic();
        return topic.equals(scored.topic()) || topic.equals(deadLetters.topic());
    }

    /** The service that has work and does not do it: the reward service when the log has rollouts after those of the newest answer. */
    String stalledService() {
        final long end = consumer.endOffsets(List.of(rollouts)).getOrDefault(rollouts, 0L);
        return end > nextRollouts
                ? "the reward service is stalled (" + (end - nextRollouts)
                        + " rollout groups are not scored): look at its log"
                : "the actors are stalled (none of " + end + " rollout groups waits for its score): look at their logs";
    }

    /** The number of scored groups in the log that were not read yet. */
    long lag() {
        return consumer.currentLag(scored).orElse(0);
    }

    @Override
    public void close() {
        consumer.close();
    }
}
