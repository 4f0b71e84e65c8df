package org.mtrljudge.learner;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

class LearnerMetersTest {
    @Test
    void shouldCountWarningsFromZeroBeforeTheFirst() {
        final SimpleMeterRegistry meters = new SimpleMeterRegistry();
        final LearnerMeters learner = new LearnerMeters(meters, () -> {});
        assertThat(meters.get("judge.learner.warnings").counter().count()).isZero();
        learner.warned("the actors are slow");
        assertThat(meters.get("judge.learner.warnings").counter().count()).isEqualTo(1);
    }
}
