package org.mtrljudge.learner.topics;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.mtrljudge.learner.state.LearnerState;
import org.mtrljudge.learner.state.PastRun;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.topic.DeadLetters;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.LogOffset;
import org.mtrljudge.schemas.topic.Topic;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.settings.io.Sha256;

/** Reads the answers to prompts, by offset and read committed, from all partitions: scored groups and dead letters. */
public final class ScoredReader implements AutoCloseable {
    /** The answer to a prompt. */
    public sealed interface Answer {
        String promptId();

        /** Where the answer lies in its topic. */
        LogOffset place();

        /** @param sha256 the digest of the record's value */
        record Scored(String promptId, ScoredGroup group, LogOffset place, String sha256) implements Answer {}

        /** The prompt, its rollouts or its scores could not be processed. */
        record Dead(String promptId, DeadLetter letter, LogOffset place) implements Answer {}
    }

    private final Topics topics;
    private final Consumer<String, byte[]> consumer;
    private final List<TopicPartition> scored;
    private final List<TopicPartition> deadLetters;
    private final List<TopicPartition> rollouts;
    private final Map<TopicPartition, Long> endsAtStart;
    // the offset of the first rollouts of each partition without a known answer
    private final Map<TopicPartition, Long> nextRollouts = new HashMap<>();

    /** Reads from where the state of a checkpoint says. */
    ScoredReader(final KafkaClients clients, final LearnerState from) {
        this(clients.topics(), clients.consumer(KafkaClients.Fetching.SOON), from);
    }

    /** @param consumer a consumer without a group; it is closed with this reader */
    ScoredReader(final Topics topics, final Consumer<String, byte[]> consumer, final LearnerState from) {
        this.topics = topics;
        this.consumer = consumer;
        this.scored = topics.scored().partitionsOf(consumer);
        this.deadLetters = topics.deadLetters().partitionsOf(consumer);
        this.rollouts = topics.rollouts().partitionsOf(consumer);
        final List<TopicPartition> answers = new ArrayList<>(scored);
        answers.addAll(deadLetters);
        consumer.assign(answers);
        for (final TopicPartition partition : answers) {
            final List<Long> offsets = from.offsets(partition.topic());
            consumer.seek(partition, partition.partition() < offsets.size() ? offsets.get(partition.partition()) : 0);
        }
        this.endsAtStart = new HashMap<>(consumer.endOffsets(answers));
        final Map<TopicPartition, Long> written = consumer.endOffsets(rollouts);
        // the answers from before the start are not read again
        if (scored.stream().anyMatch(partition -> endsAtStart.getOrDefault(partition, 0L) > 0)) {
            nextRollouts.putAll(written);
        }
    }

    /**
     * The offsets from which to read after a restart, by topic and partition. An offset is not after the first answer that was read but
     * is neither learned nor left out, so that such answers are read again.
     *
     * @param kept such answers
     */
    Map<String, List<Long>> position(final Collection<Answer> kept) {
        final Map<TopicPartition, Long> next = new HashMap<>();
        consumer.assignment().forEach(partition -> next.put(partition, consumer.position(partition)));
        kept.forEach(answer -> next.merge(partition(answer), answer.place().offset(), Math::min));
        return Map.of(
                topics.scored().name(), offsets(scored, next),
                topics.deadLetters().name(), offsets(deadLetters, next));
    }

    private static List<Long> offsets(final List<TopicPartition> partitions, final Map<TopicPartition, Long> next) {
        return partitions.stream()
                .map(partition -> Objects.requireNonNull(next.get(partition)))
                .toList();
    }

    /** Where the record of an answer lies. A dead answer is a dead letter, or an unreadable record of either topic. */
    private TopicPartition partition(final Answer answer) {
        final boolean inScored = !(answer instanceof Answer.Dead dead)
                || dead.letter().getTopic().equals(topics.scored().name());
        final Topic<?> topic = inScored ? topics.scored() : topics.deadLetters();
        return topic.partition(answer.place().partition());
    }

    /** Whether an answer was in the log before this reader started. After a restart some answers are read again. */
    boolean wasThereBefore(final Answer answer) {
        return answer.place().offset() < endsAtStart.getOrDefault(partition(answer), 0L);
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
                answered(group.getRolloutPartition(), group.getRolloutOffset());
            }
            return new Answer.Scored(promptId, group, LogOffset.of(record), sha256);
        } catch (final SerializationException e) {
            return unreadable(record, e);
        }
    }

    private Answer dead(final ConsumerRecord<String, byte[]> record) {
        try {
            final DeadLetter letter = topics.deadLetters().valueSerde().decode(record.value());
            if (letter.getTopic().equals(topics.rollouts().name())) {
                answered(letter.getPartition(), letter.getOffset());
            }
            final String promptId = letter.getPromptId() == null ? record.key() : letter.getPromptId();
            return new Answer.Dead(String.valueOf(promptId), letter, LogOffset.of(record));
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
                LogOffset.of(record));
    }

    private void answered(final int partition, final long offset) {
        nextRollouts.merge(topics.rollouts().partition(partition), offset + 1, Math::max);
    }

    /** Whether this reader made the dead answer of a damaged record. A dead letter is about another topic. */
    boolean isUnreadable(final Answer.Dead answer) {
        final String topic = answer.letter().getTopic();
        return topic.equals(topics.scored().name())
                || topic.equals(topics.deadLetters().name());
    }

    /** The service that has work and does not do it: the reward service when the log has rollouts after those of the newest answer. */
    String stalledService() {
        long written = 0;
        long unscored = 0;
        for (final Map.Entry<TopicPartition, Long> end :
                consumer.endOffsets(rollouts).entrySet()) {
            written += end.getValue();
            unscored += Math.max(0, end.getValue() - nextRollouts.getOrDefault(end.getKey(), 0L));
        }
        return unscored > 0
                ? "the reward service is stalled (" + unscored + " rollout groups are not scored): look at its log"
                : "the actors are stalled (none of " + written
                        + " rollout groups waits for its score): look at their logs";
    }

    /** The number of scored groups in the log that were not read yet. */
    long lag() {
        return scored.stream()
                .mapToLong(partition -> consumer.currentLag(partition).orElse(0))
                .sum();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
