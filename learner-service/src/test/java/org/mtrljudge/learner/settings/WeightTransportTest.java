package org.mtrljudge.learner.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class WeightTransportTest {
    private static Duration timeout(final long maxLogMb) {
        return new WeightTransport(null, maxLogMb << 20).transactionTimeout();
    }

    @Test
    void shouldGiveATransactionTheTimeThatTheLargestPolicyNeedsOverASlowLink() {
        assertThat(timeout(0)).isEqualTo(Duration.ofSeconds(60));
        assertThat(timeout(64)).isEqualTo(Duration.ofSeconds(60 + 16));
        assertThat(timeout(2047)).isEqualTo(Duration.ofSeconds(60 + 511));
        // brokers refuse more than 15 minutes
        assertThat(timeout(1 << 20)).isEqualTo(Duration.ofMinutes(15));
    }
}
