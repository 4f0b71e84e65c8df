package org.mtrljudge.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Ctrl-C: asks the work to stop, and keeps the JVM alive until the work has stopped. */
final class Interruption implements AutoCloseable {
    private static final long PATIENCE_S = 60;
    private final CountDownLatch finished = new CountDownLatch(1);
    private final Thread hook = new Thread(this::stop, "interruption");
    private volatile boolean wanted;
    private volatile Runnable work = () -> {};

    Interruption() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void stop() {
        wanted = true;
        work.run();
        try {
            if (!finished.await(PATIENCE_S, TimeUnit.SECONDS)) {
                System.err.println("judge: the command did not stop within " + PATIENCE_S + " s");
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** @param stop asks the work to stop; it is called on another thread */
    void whenWanted(final Runnable stop) {
        work = stop;
        if (wanted) {
            stop.run();
        }
    }

    boolean wanted() {
        return wanted;
    }

    /** Marks the work as finished. Callers call this last. */
    @Override
    public void close() {
        finished.countDown();
        if (!wanted) {
            Runtime.getRuntime().removeShutdownHook(hook);
        }
    }
}
