package org.mtrljudge.actor;

import io.micrometer.core.instrument.MeterRegistry;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Singleton;
import org.mtrljudge.service.ServiceLoop;
import org.mtrljudge.service.ServiceProcess;
import org.mtrljudge.service.ServiceSettings;

/** An actor as a separate process: {@code /health}, {@code /prometheus}, and its loop. */
@Factory
@Requires(property = ServiceProcess.SERVICE, value = ActorApplication.SERVICE)
public final class ActorApplication {
    static final String SERVICE = "actor";

    public static void main(final String[] args) {
        ServiceProcess.start(SERVICE, ActorApplication.class, tree -> tree.bind(ActorSection.class));
    }

    @Singleton
    ServiceLoop loop(final ServiceSettings settings, final ActorSection run, final MeterRegistry meters) {
        return new ActorLoop(settings, run, new ActorMetrics(meters));
    }
}
