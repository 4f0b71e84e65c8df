package org.mtrljudge.service;

import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Requires;
import io.micronaut.core.async.publisher.Publishers;
import io.micronaut.health.HealthStatus;
import io.micronaut.management.health.indicator.HealthIndicator;
import io.micronaut.management.health.indicator.HealthResult;
import io.micronaut.management.health.indicator.annotation.Liveness;
import io.micronaut.management.health.indicator.annotation.Readiness;
import jakarta.inject.Singleton;
import java.util.function.BooleanSupplier;

/** {@code /health/liveness}: the loop's thread is alive. {@code /health/readiness}: the loop does its work. */
@Factory
@Requires(beans = LoopRunner.class)
final class LoopHealth {
    @Singleton
    @Liveness
    HealthIndicator liveness(final LoopRunner runner) {
        return indicator("loop", runner::isAlive);
    }

    @Singleton
    @Readiness
    HealthIndicator readiness(final LoopRunner runner) {
        return indicator("work", runner::isReady);
    }

    private static HealthIndicator indicator(final String name, final BooleanSupplier up) {
        return () -> Publishers.just(HealthResult.builder(name, up.getAsBoolean() ? HealthStatus.UP : HealthStatus.DOWN)
                .build());
    }
}
