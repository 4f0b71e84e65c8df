package org.mtrljudge.standalone.serve;

import io.micrometer.core.instrument.MeterRegistry;
import io.micronaut.context.ApplicationContext;
import io.micronaut.context.exceptions.BeanInstantiationException;
import io.micronaut.core.async.publisher.Publishers;
import io.micronaut.health.HealthStatus;
import io.micronaut.http.server.exceptions.ServerStartupException;
import io.micronaut.management.health.indicator.HealthIndicator;
import io.micronaut.management.health.indicator.HealthResult;
import io.micronaut.runtime.server.EmbeddedServer;
import java.util.Map;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.input.EncodingThreads;
import org.mtrljudge.service.ServiceHttp;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.standalone.run.RunSettings;

/** A judge behind HTTP: chat completions, verdicts, {@code /health} and {@code /prometheus}. */
public final class JudgeServer implements AutoCloseable {
    /** A connection on which nothing comes or goes is closed that long after the time of the request is over. */
    private static final long IDLE_S = 60;

    private final JudgeModel model;
    private final EncodingThreads encoders;
    private final ServingLoop loop;
    private final ApplicationContext context;
    private final EmbeddedServer server;

    /**
     * Loads the model and begins to listen.
     *
     * @param run the model, how questions are asked, and the limits of generation
     * @throws UsageException when the port cannot be used
     */
    public JudgeServer(final RunSettings run, final ServeSettings settings) {
        this.model = JudgeModel.load(run.folder(), run.modelOptions());
        this.encoders = new EncodingThreads(Runtime.getRuntime().availableProcessors());
        this.context = ApplicationContext.builder()
                .properties(ServiceHttp.properties(settings.host(), settings.port()))
                .properties(Map.of(
                        "micronaut.server.max-request-size",
                        Requests.MAX_BODY_BYTES,
                        "micronaut.server.max-request-buffer-size",
                        Requests.MAX_BODY_BYTES,
                        "micronaut.server.idle-timeout",
                        settings.timeout().toSeconds() + IDLE_S + "s",
                        "endpoints.health.details-visible",
                        "NEVER"))
                .build()
                .start();
        this.loop = new ServingLoop(
                model, run.rollout().maxBatchedTokens(), settings.maxRequests(), context.getBean(MeterRegistry.class));
        final Serving serving = new Serving(settings, run, model, loop, encoders);
        final HealthIndicator health = () ->
                Publishers.just(HealthResult.builder("model", serving.isHealthy() ? HealthStatus.UP : HealthStatus.DOWN)
                        .build());
        context.registerSingleton(Serving.class, serving);
        context.registerSingleton(HealthIndicator.class, health);
        loop.start();
        try {
            this.server = context.getBean(EmbeddedServer.class).start();
        } catch (final ServerStartupException | BeanInstantiationException e) {
            close();
            throw new UsageException("port " + settings.port() + " cannot be used: " + e.getMessage());
        }
    }

    /** The port on which the server listens. */
    public int port() {
        return server.getPort();
    }

    /** Answers what was asked, then ends. */
    @Override
    public void close() {
        final boolean ended = loop.end();
        context.close();
        encoders.close();
        if (ended) {
            model.close();
        }
    }
}
