package org.mtrljudge.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Ctrl-C: asks the work to stop, and holds the JVM until it has. */
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
                System.err.println("judge: it did not stop in " + PATIENCE_S + " s");
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What is told then, on another thread. */
    void whenWanted(final Runnable stop) {
        work = stop;
        if (wanted) {
            stop.run();
        }
    }

    boolean wanted() {
        return wanted;
    }

    /** The work is over: to be called last. */
    @Override
    public void close() {
        finished.countDown();
        if (!wanted) {
            Runtime.getRuntime().removeShutdownHook(hook);
        }
    }
}
