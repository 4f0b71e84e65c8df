package org.mtrljudge.standalone.rollouts;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topic;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.standalone.RunException;
import org.mtrljudge.tasks.DataException;

/** Writes groups into the log of a new run: their rollouts, and the scores that they have, which say where the rollouts lie. */
final class LogWriter implements AutoCloseable {
    /** Rollouts that are sent before anybody waits for their places, in bytes: they are held until then. */
    private static final long MOST_HELD_BYTES = 16L << 20;

    private final Topics topics;
    private final Producer<String, byte[]> producer;
    private final Set<String> promptIds = new HashSet<>();
    private final List<DumpedGroup> sent = new ArrayList<>();
    private final List<Future<RecordMetadata>> places = new ArrayList<>();
    private long heldBytes;
    private long scored;

    LogWriter(final KafkaClients clients) {
        this.topics = clients.topics();
        this.producer = clients.producer();
    }

    /** @throws DataException when the group could not be used, or there was a group of the same prompt */
    void write(final DumpedGroup group) {
        try {
            group.check();
        } catch (final IllegalArgumentException e) {
            throw new DataException("the prompt " + group.promptId() + " cannot be imported: " + e.getMessage(), e);
        }
        if (!promptIds.add(group.promptId())) {
            throw new DataException("the prompt " + group.promptId()
                    + " is there twice, but a run asks each once: import one run at a time");
        }
        places.add(send(topics.rollouts(), group, group.rollout()));
        sent.add(group);
        if (heldBytes > MOST_HELD_BYTES) {
            writeScores();
        }
    }

    /** Waits until all that was sent is in the log. */
    void finish() {
        writeScores();
    }

    private void writeScores() {
        producer.flush();
        final List<Future<RecordMetadata>> scores = new ArrayList<>();
        for (int i = 0; i < sent.size(); i++) {
            final RecordMetadata place = written(places.get(i));
            final DumpedGroup group = sent.get(i);
            if (!group.scores().isEmpty()) {
                scores.add(send(topics.scored(), group, group.scored(place.partition(), place.offset())));
            }
        }
        producer.flush();
        scores.forEach(LogWriter::written);
        scored += scores.size();
        heldBytes = 0;
        sent.clear();
        places.clear();
    }

    private <V extends SpecificRecordBase> Future<RecordMetadata> send(
            final Topic<V> topic, final DumpedGroup group, final V value) {
        final ProducerRecord<String, byte[]> record = topic.message(group.promptId(), value);
        if (record.value().length > Topics.MAX_ROLLOUTS_BYTES) {
            throw new DataException("the prompt " + group.promptId() + " cannot be imported: its group has "
                    + record.value().length + " bytes, at most " + Topics.MAX_ROLLOUTS_BYTES + " are allowed");
        }
        heldBytes += record.value().length;
        return producer.send(topic.inPair(record, group.rollout().getPrompt().getPairId(), producer));
    }

    private static RecordMetadata written(final Future<RecordMetadata> record) {
        try {
            return record.get();
        } catch (final ExecutionException e) {
            throw new RunException("a group cannot be written to the log: " + e.getCause(), e);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RunException("the import was interrupted", e);
        }
    }

    long groups() {
        return promptIds.size();
    }

    long scored() {
        return scored;
    }

    @Override
    public void close() {
        producer.close();
    }
}
