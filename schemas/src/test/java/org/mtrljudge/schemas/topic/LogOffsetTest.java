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
        // after the last record of this offset
        final LogOffset after = at(2, 7).next();
        assertThat(List.of(after.in(0), after.in(1), after.in(2))).containsExactly(8L, 8L, 8L);
    }

    @Test
    void shouldFindTheFirstPlaceOfOffsets() {
        assertThat(LogOffset.first(List.of())).isEqualTo(LogOffset.START);
        assertThat(LogOffset.first(List.of(8L, 7L, 7L))).isEqualTo(at(1, 7));
        assertThat(LogOffset.first(List.of(8L, 8L, 8L))).isEqualTo(at(0, 8));
    }

    @Test
    void shouldNameThePartitionOnlyWhereATopicHasSeveral() {
        assertThat(at(0, 5)).hasToString("offset 5");
        assertThat(at(2, 5)).hasToString("offset 5 of partition 2");
    }
}
