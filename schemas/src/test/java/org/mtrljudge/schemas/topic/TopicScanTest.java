package org.mtrljudge.schemas.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.Sampling;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;

class TopicScanTest {
    private final Topic<PromptRequest> prompts = new Topics("run", new LocalSchemaRegistry()).prompts();

    private byte[] prompt(final String id) {
        return prompts.message(
                        id,
                        new PromptRequest(
                                id,
                                "t",
                                "?",
                                List.of(),
                                "a",
                                List.of("a"),
                                2,
                                new Sampling(1.0, 1.0, 4, 7L),
                                Purpose.TRAIN,
                                3,
                                null,
                                null,
                                null,
                                null))
                .value();
    }

    /** A scan of three records, of which the second is no prompt. */
    private TopicScan<PromptRequest> scan(final byte[] second, final boolean whole) {
        final TopicPartition partition = new TopicPartition(prompts.name(), 0);
        final MockConsumer<String, byte[]> consumer = new MockConsumer<>("earliest");
        consumer.updateBeginningOffsets(Map.of(partition, 0L));
        consumer.updateEndOffsets(Map.of(partition, 3L));
        final TopicScan<PromptRequest> scan = new TopicScan<>(prompts, consumer, whole);
        final byte[][] values = {prompt("a"), second, prompt("c")};
        for (int i = 0; i < values.length; i++) {
            consumer.addRecord(new ConsumerRecord<>(prompts.name(), 0, i, "key", values[i]));
        }
        return scan;
    }

    private static final List<Integer> LENGTHS = List.of(4, 1, 3);

    /** A scan of three partitions; the key of each record is its place. Records arrive in these shares, one share per poll. */
    private TopicScan<PromptRequest> scan(final List<List<LogOffset>> polls) {
        final MockConsumer<String, byte[]> consumer = new MockConsumer<>("earliest");
        final List<PartitionInfo> partitions = new ArrayList<>();
        for (int i = 0; i < LENGTHS.size(); i++) {
            partitions.add(new PartitionInfo(prompts.name(), i, null, null, null));
            consumer.updateBeginningOffsets(Map.of(prompts.partition(i), 0L));
            consumer.updateEndOffsets(Map.of(prompts.partition(i), (long) LENGTHS.get(i)));
        }
        consumer.updatePartitions(prompts.name(), partitions);
        final TopicScan<PromptRequest> scan = new TopicScan<>(prompts, consumer, true);
        for (final List<LogOffset> poll : polls) {
            consumer.schedulePollTask(() -> poll.forEach(place -> consumer.addRecord(new ConsumerRecord<>(
                    prompts.name(), place.partition(), place.offset(), "key", prompt(place.toString())))));
        }
        return scan;
    }

    private static List<LogOffset> partition(final int index) {
        return IntStream.range(0, LENGTHS.get(index))
                .mapToObj(offset -> new LogOffset(index, offset))
                .toList();
    }

    private static final List<String> IN_ORDER = List.of(
            "offset 0",
            "offset 0 of partition 1",
            "offset 0 of partition 2",
            "offset 1",
            "offset 1 of partition 2",
            "offset 2",
            "offset 2 of partition 2",
            "offset 3");

    private static List<String> ids(final List<TopicScan.Entry<PromptRequest>> entries) {
        assertThat(entries)
                .allSatisfy(entry -> assertThat(entry.value().getPromptId())
                        .isEqualTo(entry.place().toString()));
        return entries.stream().map(entry -> entry.value().getPromptId()).toList();
    }

    @Test
    void shouldReadPartitionsInOneOrderWhicheverArrivesFirst() {
        final List<List<LogOffset>> inTurn = List.of(partition(0), partition(1), partition(2));
        final List<List<LogOffset>> backwards = List.of(partition(2), partition(1), partition(0));
        for (final List<List<LogOffset>> polls : List.of(inTurn, backwards)) {
            final TopicScan<PromptRequest> scan = scan(polls);
            assertThat(scan.ends()).containsExactly(4L, 1L, 3L);
            assertThat(ids(scan.rest())).isEqualTo(IN_ORDER);
            assertThat(scan.done()).isTrue();
        }
    }

    @Test
    void shouldLeaveOutWhatWasWrittenAfterTheScanBegan() {
        final List<LogOffset> all = new ArrayList<>(partition(0));
        all.add(new LogOffset(0, 4));
        all.addAll(partition(1));
        all.add(new LogOffset(1, 1));
        final TopicScan<PromptRequest> scan = scan(List.of(all, partition(2)));
        assertThat(ids(scan.rest())).isEqualTo(IN_ORDER);
    }

    @Test
    void shouldReadOnFromAPlace() {
        final List<LogOffset> rest =
                List.of(new LogOffset(2, 1), new LogOffset(0, 2), new LogOffset(2, 2), new LogOffset(0, 3));
        final TopicScan<PromptRequest> scan = scan(List.of(rest));
        scan.seek(new LogOffset(1, 1));
        assertThat(ids(scan.rest())).isEqualTo(IN_ORDER.subList(4, 8));
        final TopicScan<PromptRequest> again = scan(List.of(rest));
        again.seek(List.of(2L, 1L, 1L));
        assertThat(ids(again.rest())).isEqualTo(IN_ORDER.subList(4, 8));
    }

    @Test
    void shouldSkipWhatCannotBeRead() {
        assertThat(scan(new byte[] {1}, false).rest())
                .extracting(entry -> entry.value().getPromptId())
                .containsExactly("a", "c");
        final TopicScan<PromptRequest> scan = scan(new byte[] {1}, false);
        assertThat(scan.skippedKeys()).isEmpty();
        scan.rest();
        assertThat(scan.skippedKeys()).containsExactly("key");
        assertThat(scan(null, false).rest())
                .extracting(entry -> entry.place().offset())
                .containsExactly(0L, 2L);
    }

    @Test
    void shouldReadFromTheBeginningWhereADamagedRecordNamesAnOffsetBelowZero() {
        final TopicScan<PromptRequest> scan = scan(prompt("b"), true);
        scan.seek(new LogOffset(0, -5));
        assertThat(scan.rest()).hasSize(3);
    }

    @Test
    void shouldEndWhereAWholeTopicIsNeededAndARecordCannotBeRead() {
        assertThatThrownBy(() -> scan(new byte[] {1}, true).rest())
                .isInstanceOf(DamagedTopicException.class)
                .hasMessageStartingWith(
                        "run.prompts at offset 1 cannot be read: not in the wire format of the registry")
                .hasMessageContaining("restore the topic");
        assertThatThrownBy(() -> scan(null, true).rest()).hasMessageContaining("the record has no value");
        assertThat(scan(prompt("b"), true).rest()).hasSize(3);
    }
}
