package org.mtrljudge.it;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.actor.Actor;

/** Runs an actor on a thread of its own, and closes it as its process would. */
final class ActorThread implements AutoCloseable {
    private static final Duration END = Duration.ofSeconds(60);

    private final Actor actor;
    private final Thread thread;
    private volatile @Nullable Throwable failure;

    ActorThread(final Actor actor) {
        this.actor = actor;
        this.thread = new Thread(actor, "actor");
        thread.setUncaughtExceptionHandler((t, why) -> failure = why);
        thread.start();
    }

    Actor actor() {
        return actor;
    }

    boolean isAlive() {
        return thread.isAlive();
    }

    /** What ended the actor; null: nothing did. */
    @Nullable
    Throwable failure() {
        return failure;
    }

    /** Ends the loop in the middle of its work, as a failure of its own thread would. */
    void interrupt() {
        thread.interrupt();
    }

    boolean hasEnded(final Duration within) throws InterruptedException {
        thread.join(within.toMillis());
        return !thread.isAlive();
    }

    @Override
    public void close() throws InterruptedException {
        actor.stop();
        thread.join(END.toMillis());
        actor.close();
    }
}
