package org.mtrljudge.schemas.topic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LogOffsetTest {
    private static LogOffset at(final int partition, final long offset) {
        return new LogOffset(partition, offset);
    }

    @Test
    void shouldOrderByOffsetAndThenByPartition() {
        assertThat(List.of(at(0, 0), at(1, 0), at(2, 0), at(0, 1), at(1, 1))).isSorted();
    }

    @Test
    void shouldSayWhereToReadOnInEachPartition() {
        final LogOffset place = at(1, 7);
        assertThat(List.of(place.in(0), place.in(1), place.in(2))).containsExactly(8L, 7L, 7L);
    }

    @Test
    void shouldNameThePartitionOnlyWhereATopicHasSeveral() {
        assertThat(at(0, 5)).hasToString("offset 5");
        assertThat(at(2, 5)).hasToString("offset 5 of partition 2");
    }
}
