package org.mtrljudge.standalone.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.PrimitiveIterator;
import org.junit.jupiter.api.Test;

class StartTimesTest {
    @Test
    void shouldSayHowLongEachPhaseTook() {
        final PrimitiveIterator.OfLong uptimes =
                List.of(1_200L, 3_300L, 3_340L).stream().mapToLong(ms -> ms).iterator();
        final StartTimes times = new StartTimes(uptimes::nextLong);

        times.ended("broker");
        times.ended("topics");

        assertThat(times)
                .hasToString("the services of the run started: Java and settings 1.2 s, broker 2.1 s, topics 0.0 s,"
                        + " together 3.3 s");
    }
}
