package org.mtrljudge.standalone.run;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.mtrljudge.actor.Actor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The threads of the actors of a run. */
final class ActorThreads implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ActorThreads.class);
    /** An abandoned actor ends within seconds; only brokers that do not answer make it wait longer. */
    private static final Duration ENDING = Duration.ofSeconds(60);

    private final List<Actor> actors;
    private final List<Thread> threads = new ArrayList<>();
    private final Consumer<Throwable> onFailure;

    ActorThreads(final List<Actor> actors, final Consumer<Throwable> onFailure) {
        this.actors = actors;
        this.onFailure = onFailure;
    }

    void start() {
        for (int i = 0; i < actors.size(); i++) {
            final Thread thread = new Thread(actors.get(i), "actor-" + i);
            thread.setUncaughtExceptionHandler((t, why) -> onFailure.accept(why));
            // an actor that hangs does not keep a run alive that is over
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
    }

    @Override
    public void close() {
        // the learner waits for all answers that it needs, so nobody waits for groups that are in progress now
        actors.forEach(Actor::abandon);
        final long deadline = System.nanoTime() + ENDING.toNanos();
        for (int i = 0; i < actors.size(); i++) {
            // where the start of a run failed, there are actors without threads
            if (i >= threads.size() || hasEnded(threads.get(i), deadline)) {
                actors.get(i).close();
            }
        }
    }

    private static boolean hasEnded(final Thread thread, final long deadlineNanos) {
        try {
            thread.join(Math.max(
                    1, Duration.ofNanos(deadlineNanos - System.nanoTime()).toMillis()));
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            LOG.error(
                    "{} did not end in {} s: it is not freed, the end of the process does that",
                    thread.getName(),
                    ENDING.toSeconds());
        }
        return !thread.isAlive();
    }
}
