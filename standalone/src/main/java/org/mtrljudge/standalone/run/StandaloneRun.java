package org.mtrljudge.standalone.run;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.actor.Actor;
import org.mtrljudge.actor.ActorMetrics;
import org.mtrljudge.actor.Engines;
import org.mtrljudge.learner.Evaluator;
import org.mtrljudge.learner.Learner;
import org.mtrljudge.learner.event.TrainingListener;
import org.mtrljudge.learner.event.TrainingResult;
import org.mtrljudge.learner.settings.EvaluationPlan;
import org.mtrljudge.learner.settings.ExchangeLimits;
import org.mtrljudge.learner.settings.RunContext;
import org.mtrljudge.learner.settings.ScoredLog;
import org.mtrljudge.learner.settings.WeightTransport;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.PromptLength;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.reward.StatisticsServer;
import org.mtrljudge.reward.stream.RewardService;
import org.mtrljudge.schemas.policy.PolicyStore;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.standalone.RunException;
import org.mtrljudge.standalone.broker.EmbeddedBroker;
import org.mtrljudge.tasks.ExampleSource;

/** All services of one run in this JVM. They share only the broker. */
public final class StandaloneRun {
    /**
     * The maximum number of unanswered prompts in an evaluation. It is large: if each answer released one prompt, actors would generate
     * in small batches.
     */
    private static final int PROMPTS_AHEAD = 10_000;

    private final RunSettings settings;
    private final RunDirectory directory;
    private final ExampleSource source;
    private final @Nullable ScoredLog log;
    private final TrainingListener listener;
    private final BooleanSupplier stopping;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    /** @param stopping whether the run has to stop. It then ends with a {@link RunException} and can be resumed */
    public StandaloneRun(
            final RunSettings settings,
            final RunDirectory directory,
            final ExampleSource source,
            final @Nullable ScoredLog log,
            final TrainingListener listener,
            final BooleanSupplier stopping) {
        this.stopping = stopping;
        this.settings = settings;
        this.directory = directory;
        this.source = source;
        this.log = log;
        this.listener = listener;
    }

    /** The work that uses the running services of a run. */
    private interface Job<T> {
        T with(RunContext context, JudgeModel model, ExampleSource asked);
    }

    /** Trains to the end. All started services are stopped, also after a failure. */
    public TrainingResult run() {
        return with((context, model, asked) -> {
            try (Learner learner = new Learner(context, settings.learner(), model, asked, log)) {
                return learner.run();
            }
        });
    }

    /** Evaluates the model of the run without training it. */
    public <T> T evaluate(final EvaluationPlan plan, final Function<Evaluator, T> work) {
        return with((context, model, asked) -> {
            try (Evaluator evaluator =
                    new Evaluator(context, model, asked, plan, ExchangeLimits.of(settings.learner(), PROMPTS_AHEAD))) {
                return work.apply(evaluator);
            }
        });
    }

    private <T> T with(final Job<T> job) {
        final StartTimes times = new StartTimes();
        final JudgeFolder folder = settings.folder();
        final Topics topics = settings.connections().topics(directory.run());
        try (LoadedModels models = new LoadedModels(
                        1
                                + (settings.actors().generatesHere()
                                        ? settings.rollout().actors()
                                        : 0),
                        () -> JudgeModel.load(
                                folder,
                                settings.modelOptions(),
                                settings.learner().trainer().seed()));
                @Nullable PolicyStore store = settings.connections().policyStore();
                EmbeddedBroker broker = EmbeddedBroker.of(
                        settings.connections(),
                        () -> EmbeddedBroker.start(
                                directory.kafka(),
                                settings.connections().broker().port()))) {
            times.ended("broker");
            broker.prepare(topics);
            times.ended("topics");
            final KafkaClients clients = broker.clients(topics);
            try (@Nullable StatisticsServer statistics = statisticsServer();
                    RewardService reward = new RewardService(
                            clients,
                            settings.rewards(),
                            new RewardService.Instance("reward-0", directory.streamsState()),
                            meters(statistics),
                            this::failed,
                            Clock.systemUTC());
                    ActorThreads actors = startActors(models, clients, store, new ActorMetrics(meters(statistics)));
                    JudgeModel model = models.take();
                    @Nullable PromptLength measure = settings.learning().measure()) {
                if (statistics != null) {
                    statistics.show(reward);
                }
                times.ended("models and services");
                reward.start();
                actors.start();
                times.ended("their start");
                times.log();
                return job.with(
                        context(clients, store), model, settings.learning().fitting(source, measure, listener::warned));
            }
        }
    }

    private @Nullable StatisticsServer statisticsServer() {
        final Integer port = settings.rewarding().reward().httpPort();
        if (port == null) {
            return null;
        }
        final StatisticsServer server;
        try {
            server = new StatisticsServer(port);
        } catch (final IllegalArgumentException e) {
            throw new RunException(String.valueOf(e.getMessage()), e);
        }
        listener.noted("rewards: http://127.0.0.1:" + server.port() + "/statistics, /prometheus, /health");
        return server;
    }

    private static MeterRegistry meters(final @Nullable StatisticsServer statistics) {
        return statistics == null ? new SimpleMeterRegistry() : statistics.meters();
    }

    private RunContext context(final KafkaClients clients, final @Nullable PolicyStore store) {
        return new RunContext(
                clients,
                new WeightTransport(store, settings.connections().weights().maxLogBytes()),
                settings.tree().digest(),
                directory.checkpoints(),
                directory.dataRoot(settings),
                listener,
                this::checkHealth,
                Clock.systemUTC());
    }

    private ActorThreads startActors(
            final LoadedModels models,
            final KafkaClients clients,
            final @Nullable PolicyStore store,
            final ActorMetrics metrics) {
        final Engines engines = new Engines(settings.actors(), directory.dataRoot(settings));
        final List<Actor> actors = new ArrayList<>();
        for (int i = 0; i < settings.rollout().actors(); i++) {
            actors.add(new Actor(
                    settings.actors().settings("actor-" + i),
                    clients,
                    store,
                    engines.engine(models::take),
                    metrics,
                    Clock.systemUTC()));
        }
        return new ActorThreads(actors, this::failed);
    }

    private void failed(final Throwable why) {
        failure.compareAndSet(null, why);
    }

    private void checkHealth() {
        if (stopping.getAsBoolean()) {
            throw new RunException(directory.stopped(), null);
        }
        final Throwable why = failure.get();
        if (why != null) {
            throw new RunException("a service of the run failed: " + why.getMessage(), why);
        }
    }
}
