package org.mtrljudge.reward.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ScoringEndTest {
    private final ScoringEnd end = new ScoringEnd(List.of(3L, 0L, 2L));

    @Test
    void shouldBeReachedWhenEveryPartitionIs() {
        assertThat(end.isReached()).isFalse();
        assertThat(end.isReached(1)).as("it has no records").isTrue();
        end.processed(0, 3);
        assertThat(end.isReached(0)).isTrue();
        assertThat(end.isReached()).isFalse();
        end.committed(2, 2);
        assertThat(end.isReached()).isTrue();
        assertThat(end.records(List.of(9L, 1L, 1L))).as("before the end").isEqualTo(4);
    }

    @Test
    void shouldGoBackWhereATaskBeginsAgainAfterAFailedTransaction() {
        end.processed(0, 3);
        end.processed(0, 0);
        assertThat(end.isReached(0)).isFalse();
        end.committed(0, 1);
        end.committed(0, 0);
        assertThat(end.isReached(0)).isFalse();
        end.committed(0, 3);
        assertThat(end.isReached(0)).isTrue();
    }

    @Test
    void shouldKnowWhatIsScored() {
        assertThat(end.isBeforeEnd(0, 2)).isTrue();
        assertThat(end.isBeforeEnd(0, 3)).isFalse();
        assertThat(end.isBeforeEnd(3, 0)).as("a partition that was added later").isFalse();
    }
}
