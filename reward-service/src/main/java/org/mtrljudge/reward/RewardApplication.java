package org.mtrljudge.reward;

import io.micrometer.core.instrument.MeterRegistry;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Singleton;
import org.mtrljudge.service.ServiceProcess;
import org.mtrljudge.service.ServiceSettings;

/** A reward service as a separate process. It scores, and serves {@code /health}, {@code /prometheus} and {@code /statistics}. */
@Factory
@Requires(property = ServiceProcess.SERVICE, value = RewardApplication.SERVICE)
public final class RewardApplication {
    static final String SERVICE = "reward";

    public static void main(final String[] args) {
        ServiceProcess.start(SERVICE, RewardApplication.class, tree -> tree.bind(RewardSection.class));
    }

    @Singleton
    RewardLoop loop(final ServiceSettings settings, final RewardSection run, final MeterRegistry meters) {
        return new RewardLoop(settings, run, meters);
    }
}
