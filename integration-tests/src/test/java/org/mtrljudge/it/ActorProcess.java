package org.mtrljudge.it;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.DefaultConfiguration;
import org.mtrljudge.actor.Actor;
import org.mtrljudge.actor.ActorMetrics;
import org.mtrljudge.actor.ActorSettings;
import org.mtrljudge.actor.engine.JudgeEngine;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.Topics;

/** An actor in a separate process, so that a test can kill it as abruptly as a machine that fails. */
final class ActorProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader log;

    private ActorProcess(final Process process) {
        this.process = process;
        this.log = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Runs in the child process. The arguments are the actor's id, the run's name, the broker's address and the data root. */
    public static void main(final String[] arguments) {
        // the terminal, which the command line keeps free of logs
        Configurator.reconfigure(new DefaultConfiguration());
        Configurator.setRootLevel(Level.INFO);
        try (Actor actor = new Actor(
                new ActorSettings(arguments[0], 4, Topics.MAX_DELIVERIES, false),
                TestBroker.clients(new Topics(arguments[1], new LocalSchemaRegistry()), arguments[2]),
                null,
                new JudgeEngine(
                        JudgeModel.random(JudgeFolder.preset(JudgeFolder.JUDGE_TINY), 0),
                        Path.of(arguments[3]),
                        1,
                        65_536),
                new ActorMetrics(new SimpleMeterRegistry()),
                Clock.systemUTC())) {
            actor.run();
        }
    }

    static ActorProcess start(final String id, final String run, final String bootstrap, final Path dataRoot)
            throws IOException {
        return new ActorProcess(JavaProcess.of(ActorProcess.class, List.of(), id, run, bootstrap, dataRoot.toString())
                .start());
    }

    /** Reads the log of the process until the words occur in it. */
    void waitUntilItSays(final String words, final Duration patience) throws IOException, InterruptedException {
        final long deadline = System.nanoTime() + patience.toNanos();
        final StringBuilder said = new StringBuilder();
        while (said.indexOf(words) < 0) {
            if (System.nanoTime() > deadline) {
                throw new IOException(
                        "the actor did not log '" + words + "' within " + patience + ". It logged: " + said);
            }
            if (log.ready()) {
                said.append((char) log.read());
            } else {
                Thread.sleep(50);
            }
        }
    }

    void kill() throws InterruptedException {
        JavaProcess.kill(process);
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }
}
