package org.mtrljudge.it.chaos;

import java.io.File;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.it.JavaProcess;

/** A process of the system under test that is killed, paused and started again under the same name. */
public final class Member {
    private final String name;
    private final ProcessBuilder command;
    private final File log;
    private @Nullable Process process;
    private boolean disturbed;
    private int starts;
    private int ownEnds;

    Member(final String name, final ProcessBuilder command, final File log) {
        this.name = name;
        this.command = command;
        this.log = log;
    }

    public void start() throws IOException {
        process = JavaProcess.start(command, log);
        disturbed = false;
        starts++;
    }

    /** Sends SIGKILL and waits for the end. */
    public void kill() throws InterruptedException {
        disturbed = true;
        if (process != null) {
            JavaProcess.kill(process);
        }
    }

    /** Sends a signal that stops the process (STOP) or lets it continue (CONT). */
    void signal(final String signal) throws IOException, InterruptedException {
        if (process != null && process.isAlive()) {
            new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid()))
                    .start()
                    .waitFor();
        }
    }

    /** Starts the process again if it ended. The end counts as its own if nothing had been done to it. */
    public void keepAlive() throws IOException {
        if (!isAlive()) {
            if (!disturbed && starts > 0) {
                ownEnds++;
            }
            start();
        }
    }

    /** The process was disturbed: its next end is not its own. */
    void disturb() {
        disturbed = true;
    }

    boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** The exit code of the process; −1 while it runs or before it was started. */
    public int exitCode() {
        return process == null || process.isAlive() ? -1 : process.exitValue();
    }

    /** Sends SIGTERM. Returns whether the process ended within the limit; if not, it is killed. */
    public boolean end(final int limitS) throws InterruptedException {
        if (process == null) {
            return true;
        }
        process.destroy();
        final boolean ended = process.waitFor(limitS, TimeUnit.SECONDS);
        if (!ended) {
            JavaProcess.kill(process);
        }
        return ended;
    }

    public String name() {
        return name;
    }

    public int starts() {
        return starts;
    }

    /** How often the process ended although nothing had been done to it since its start. */
    int ownEnds() {
        return ownEnds;
    }
}
