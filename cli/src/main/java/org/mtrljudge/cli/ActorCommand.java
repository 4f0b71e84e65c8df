package org.mtrljudge.cli;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.actor.Actor;
import org.mtrljudge.actor.ActorMetrics;
import org.mtrljudge.actor.Engines;
import org.mtrljudge.schemas.policy.PolicyStore;
import org.mtrljudge.service.Connections;
import org.mtrljudge.standalone.broker.EmbeddedBroker;
import org.mtrljudge.standalone.run.Logs;
import org.mtrljudge.standalone.run.RunDirectory;
import org.mtrljudge.standalone.run.RunSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "actor",
        description =
                "Adds an actor to a run that is in progress, as a process of its own. The process can be killed at any time.")
final class ActorCommand implements Callable<Integer> {
    @Mixin
    private ExistingRun run = new ExistingRun();

    @Option(names = "--id", paramLabel = "ID", description = "name of the actor in rollouts; default: actor-PID")
    private @Nullable String id;

    @Option(
            names = "--patience",
            paramLabel = "SECONDS",
            description = "ends when its run has been over for this time (default: ${DEFAULT-VALUE})")
    private int patienceSeconds = 60;

    @Override
    public Integer call() {
        final RunDirectory directory = run.open();
        final RunSettings settings = RunSettings.read(directory.settings(), List.of());
        final String name = id != null ? id : "actor-" + ProcessHandle.current().pid();
        Logs.to(directory.path().resolve(name + ".log"));
        try (EmbeddedBroker broker =
                        EmbeddedBroker.of(settings.connections(), () -> EmbeddedBroker.join(directory.kafka()));
                Interruption interruption = new Interruption();
                @Nullable PolicyStore store = settings.connections().policyStore();
                Actor actor = actor(name, directory, settings, broker, store)) {
            System.out.println(name + " takes prompts from " + directory.path() + "; Ctrl-C stops it");
            interruption.whenWanted(actor::stop);
            if (!settings.kafka().containsKey(Connections.BOOTSTRAP)) {
                endAfter(directory);
            }
            actor.run();
        }
        return 0;
    }

    /** Ends the process when the run is over: the share consumer of Kafka keeps one core busy while its broker is away. */
    private void endAfter(final RunDirectory directory) {
        final Thread watch = new Thread(
                () -> {
                    try {
                        for (int gone = 0; gone < patienceSeconds; ) {
                            Thread.sleep(1000);
                            gone = EmbeddedBroker.isInUse(directory.kafka()) ? 0 : gone + 1;
                        }
                        System.out.println("the run " + directory.run() + " is over");
                        System.exit(0);
                    } catch (final InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "watch");
        watch.setDaemon(true);
        watch.start();
    }

    private static Actor actor(
            final String name,
            final RunDirectory directory,
            final RunSettings settings,
            final EmbeddedBroker broker,
            final @Nullable PolicyStore store) {
        return new Actor(
                settings.actors().settings(name),
                broker.clients(settings.connections().topics(directory.run())),
                store,
                new Engines(settings.actors(), directory.dataRoot(settings)).engine(),
                new ActorMetrics(new SimpleMeterRegistry()),
                Clock.systemUTC());
    }
}
