package org.mtrljudge.reward;

import io.micrometer.core.instrument.MeterRegistry;
import io.micronaut.context.ApplicationContext;
import io.micronaut.context.exceptions.BeanInstantiationException;
import io.micronaut.core.async.publisher.Publishers;
import io.micronaut.health.HealthStatus;
import io.micronaut.http.server.exceptions.ServerStartupException;
import io.micronaut.management.health.indicator.HealthIndicator;
import io.micronaut.management.health.indicator.HealthResult;
import io.micronaut.runtime.server.EmbeddedServer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.reward.stream.RewardService;
import org.mtrljudge.service.ServiceHttp;

/** Serves {@code /statistics}, {@code /prometheus} and {@code /health} on loopback, for a reward service inside another process. */
public final class StatisticsServer implements AutoCloseable {
    private final AtomicReference<@Nullable RewardService> shown = new AtomicReference<>();
    private final ApplicationContext context;
    private final EmbeddedServer server;

    /**
     * @param port the port to listen on; 0 for any free port
     * @throws IllegalArgumentException when the port cannot be used
     */
    public StatisticsServer(final int port) {
        final ScoringNow scoring = () -> Optional.ofNullable(shown.get());
        final HealthIndicator health = () -> Publishers.just(HealthResult.builder(
                        "rewards",
                        scoring.service().filter(RewardService::isHealthy).isPresent()
                                ? HealthStatus.UP
                                : HealthStatus.DOWN)
                .build());
        this.context = ApplicationContext.builder()
                .singletons(scoring, health)
                .properties(ServiceHttp.properties("127.0.0.1", port))
                .start();
        try {
            this.server = context.getBean(EmbeddedServer.class).start();
        } catch (final ServerStartupException | BeanInstantiationException e) {
            context.close();
            throw new IllegalArgumentException(
                    "port " + port + " of reward.http_port cannot be used: " + e.getMessage(), e);
        }
    }

    /** The metrics that {@code /prometheus} shows. */
    public MeterRegistry meters() {
        return context.getBean(MeterRegistry.class);
    }

    /** Sets the service whose statistics and health are shown. */
    public void show(final RewardService service) {
        shown.set(service);
    }

    /** The port on which the server listens. */
    public int port() {
        return server.getPort();
    }

    @Override
    public void close() {
        context.close();
    }
}
