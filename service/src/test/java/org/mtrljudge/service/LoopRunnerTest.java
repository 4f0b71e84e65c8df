package org.mtrljudge.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.mtrljudge.settings.UsageException;

class LoopRunnerTest {
    private static final Map<String, String> ENVIRONMENT = Map.of("JUDGE__KAFKA__BOOTSTRAP_SERVERS", "127.0.0.1:1");

    private static ServiceSettings settings(final String graceSeconds) {
        final Map<String, String> environment = new HashMap<>(ENVIRONMENT);
        environment.put("JUDGE_STOP_GRACE_S", graceSeconds);
        return ServiceSettings.of("actor", environment);
    }

    /** A loop whose work ends only when it is abandoned. */
    private static final class LongWork implements ServiceLoop {
        private final CountDownLatch running = new CountDownLatch(1);
        private final CountDownLatch abandoned = new CountDownLatch(1);
        private volatile boolean stopped;

        @Override
        public void run() throws InterruptedException {
            running.countDown();
            abandoned.await();
        }

        @Override
        public void stop() {
            stopped = true;
        }

        @Override
        public void abandon() {
            assertThat(stopped).isTrue();
            abandoned.countDown();
        }

        @Override
        public boolean isReady() {
            return true;
        }
    }

    @Test
    void shouldLeaveWorkThatDoesNotEndWithinTheGraceOfThePlatform() throws InterruptedException {
        final LongWork work = new LongWork();
        final LoopRunner runner = new LoopRunner(work, settings("2"));
        runner.start();
        work.running.await();
        final long start = System.nanoTime();
        runner.stop();

        assertThat(runner.isAlive()).isFalse();
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isBetween(Duration.ofMillis(950), Duration.ofMillis(1900));
    }

    @Test
    void shouldReadTheGraceOfThePlatform() {
        assertThat(ServiceSettings.of("actor", ENVIRONMENT).stopGrace()).isEqualTo(Duration.ofSeconds(40));
        assertThat(settings("300").stopGrace()).isEqualTo(Duration.ofMinutes(5));
        assertThatThrownBy(() -> settings("soon"))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("JUDGE_STOP_GRACE_S is 'soon'");
    }
}
