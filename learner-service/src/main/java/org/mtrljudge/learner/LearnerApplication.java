package org.mtrljudge.learner;

import io.micrometer.core.instrument.MeterRegistry;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Singleton;
import org.mtrljudge.learner.settings.LearnerSection;
import org.mtrljudge.service.ServiceLoop;
import org.mtrljudge.service.ServiceProcess;
import org.mtrljudge.service.ServiceSettings;

/** The learner as a process: it serves {@code /health} and {@code /prometheus}, and executes the run. */
@Factory
@Requires(property = ServiceProcess.SERVICE, value = LearnerApplication.SERVICE)
public final class LearnerApplication {
    static final String SERVICE = "learner";

    public static void main(final String[] args) {
        ServiceProcess.start(SERVICE, LearnerApplication.class, LearnerSection::of);
    }

    @Singleton
    ServiceLoop loop(final ServiceSettings settings, final LearnerSection run, final MeterRegistry meters) {
        return new LearnerLoop(settings, run, meters);
    }
}
