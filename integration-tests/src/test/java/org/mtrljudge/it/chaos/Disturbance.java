package org.mtrljudge.it.chaos;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** What is done to a process. Afterwards the process runs again, or is started again by its owner. */
enum Disturbance {
    /** SIGKILL; the process is started again after up to four seconds. */
    KILL,
    /** SIGSTOP for longer than every session time-out, then SIGCONT: the process believes that no time has passed. */
    PAUSE,
    /** Stopped four fifths of the time for twenty seconds, as on a machine or a disk that is far too slow. */
    SLOW,
    /** The disk of a broker is full for some seconds; the broker ends by itself and is started again. */
    FULL_DISK;

    private static final int PAUSE_S = 65;
    private static final int SLOW_ROUNDS = 40;
    private static final int STOPPED_MS = 400;
    private static final int RUNNING_MS = 100;
    private static final int FULL_S = 15;
    private static final int FILLER_BYTES = 1 << 20;

    /** Kills are the most frequent. */
    static Disturbance any(final SplittableRandom random) {
        final int dice = random.nextInt(100);
        return dice < 70 ? KILL : dice < 82 ? PAUSE : dice < 94 ? SLOW : FULL_DISK;
    }

    /** Does it to the process, and returns when the process may run again. */
    void apply(final Member member, final SplittableRandom random) throws IOException, InterruptedException {
        member.disturb();
        switch (this) {
            case KILL -> {
                member.kill();
                Thread.sleep(random.nextInt(4000));
                member.start();
            }
            case PAUSE -> {
                member.signal("STOP");
                Thread.sleep(PAUSE_S * 1000L);
                member.signal("CONT");
            }
            case SLOW -> {
                for (int i = 0; i < SLOW_ROUNDS; i++) {
                    member.signal("STOP");
                    Thread.sleep(STOPPED_MS);
                    member.signal("CONT");
                    Thread.sleep(RUNNING_MS);
                }
            }
            case FULL_DISK -> throw new IllegalArgumentException("a full disk needs the folder of a broker");
        }
    }

    /** Fills the file system of a broker's folder for some seconds. */
    static void fill(final Member broker, final Path folder) throws IOException, InterruptedException {
        broker.disturb();
        final Path filler = folder.resolve("filler");
        final byte[] block = new byte[FILLER_BYTES];
        try (OutputStream file = Files.newOutputStream(filler)) {
            while (true) {
                file.write(block);
            }
        } catch (final IOException full) {
            Thread.sleep(FULL_S * 1000L);
        } finally {
            Files.deleteIfExists(filler);
        }
    }
}
