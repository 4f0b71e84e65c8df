package org.mtrljudge.service;

import io.micronaut.context.annotation.Context;
import io.micronaut.context.annotation.Requires;
import io.micronaut.runtime.event.annotation.EventListener;
import io.micronaut.runtime.server.event.ServerStartupEvent;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import org.mtrljudge.settings.UsageException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the loop of a service beside its HTTP server. The process ends with 0 when the loop is done, with 1 when the loop fails. */
@Context
@Requires(beans = {ServiceLoop.class, ServiceSettings.class})
final class LoopRunner {
    private static final Logger LOG = LoggerFactory.getLogger(LoopRunner.class);
    /** The part of the stop grace in which a loop that did not finish its work leaves it, and the process ends. */
    private static final Duration LEAVING = Duration.ofSeconds(15);
    /** The part of that in which the process ends. */
    private static final int ENDING = 3;

    private final ServiceLoop loop;
    private final ServiceSettings settings;
    private final Thread thread;
    private volatile boolean stopping;
    private volatile boolean ended;

    LoopRunner(final ServiceLoop loop, final ServiceSettings settings) {
        this.loop = loop;
        this.settings = settings;
        this.thread = new Thread(this::run, settings.service());
    }

    @EventListener
    void onStart(final ServerStartupEvent event) {
        start();
    }

    void start() {
        thread.start();
    }

    /** Whether the loop's thread is alive. A learner that is done and waits to be stopped also counts as alive. */
    boolean isAlive() {
        return thread.isAlive() || ended && settings.staysWhenDone();
    }

    boolean isReady() {
        return thread.isAlive() && loop.isReady();
    }

    private void run() {
        LogFields.ofProcess(settings);
        int exitCode = 0;
        try {
            loop.run();
            LOG.info("{} is {}", settings.service(), stopping ? "stopped" : "done");
        } catch (final UsageException e) {
            LOG.error("{}", e.getMessage());
            exitCode = 2;
        } catch (final InterruptedException | RuntimeException | Error e) {
            LOG.error("{} failed: {}", settings.service(), e.getMessage(), e);
            exitCode = 1;
        }
        ended = true;
        if (!stopping && !(exitCode == 0 && settings.staysWhenDone())) {
            System.exit(exitCode);
        }
    }

    /** Gives the loop time to finish its work. What it has not finished then, it leaves to others before the platform kills the process. */
    @PreDestroy
    void stop() throws InterruptedException {
        stopping = true;
        if (!ended) {
            final Duration grace = settings.stopGrace();
            final Duration half = grace.dividedBy(2);
            final Duration leaving = LEAVING.compareTo(half) < 0 ? LEAVING : half;
            loop.stop();
            thread.join(grace.minus(leaving).toMillis());
            if (thread.isAlive()) {
                LOG.info("{} leaves its work in progress to others", settings.service());
                loop.abandon();
                thread.join(leaving.minus(leaving.dividedBy(ENDING)).toMillis());
            }
            if (thread.isAlive()) {
                LOG.warn(
                        "{} did not stop within {} s: the broker gives its unfinished work to others",
                        settings.service(),
                        grace.minus(leaving.dividedBy(ENDING)).toSeconds());
            }
        }
    }
}
