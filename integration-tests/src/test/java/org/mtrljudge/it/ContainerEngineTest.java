package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ContainerEngineTest {
    private static final Duration LIMIT = Duration.ofSeconds(1);

    @Test
    @Timeout(20)
    void shouldNotWaitForAnEngineThatHangs() {
        final CountDownLatch never = new CountDownLatch(1);
        assertThat(ContainerEngine.within(LIMIT, () -> {
                    never.await();
                    return null;
                }))
                .isEqualTo("the container engine gave no answer within 1 s");
    }

    @Test
    void shouldSayWhyAnEngineCannotBeUsed() {
        assertThat(ContainerEngine.within(LIMIT, () -> "no container engine answers"))
                .isEqualTo("no container engine answers");
        assertThat(ContainerEngine.within(LIMIT, () -> {
                    throw new IllegalStateException("no such host\nsecond line");
                }))
                .isEqualTo("no such host");
    }

    @Test
    void shouldAcceptAnEngineThatWorks() {
        assertThat(ContainerEngine.within(LIMIT, () -> null)).isNull();
    }
}
