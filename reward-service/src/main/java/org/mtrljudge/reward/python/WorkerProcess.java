package org.mtrljudge.reward.python;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.mtrljudge.reward.grader.FailureReason;
import org.mtrljudge.settings.io.Mappers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A child process with the function. Requests and answers are frames of JSON, see {@code reward_worker.py}. */
final class WorkerProcess implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerProcess.class);
    private static final int MAX_FRAME_BYTES = 16 << 20;
    // between the end of a pipe and the end of its process
    private static final long END_MS = 200;

    private final Process process;
    private final DataInputStream answers;
    private final DataOutputStream requests;
    private final AtomicBoolean closed = new AtomicBoolean();

    private WorkerProcess(final Process process) {
        this.process = process;
        this.answers = new DataInputStream(new BufferedInputStream(process.getInputStream()));
        this.requests = new DataOutputStream(process.getOutputStream());
    }

    /**
     * @param script the file of {@code reward_worker.py}
     * @throws IOException when the interpreter cannot be started
     */
    static WorkerProcess start(final FunctionSettings settings, final Path script) throws IOException {
        final ProcessBuilder builder = new ProcessBuilder(List.of(settings.python(), "-u", script.toString()));
        // settings in the environment may be secrets, and a function needs none of them
        builder.environment().keySet().removeIf(name -> name.startsWith("JUDGE__"));
        final Process process = builder.start();
        final Thread output =
                new Thread(new FunctionOutput(settings.name(), process.getErrorStream()), "prints-" + settings.name());
        output.setDaemon(true);
        output.start();
        return new WorkerProcess(process);
    }

    /** Sends a request. */
    void send(final JsonNode request) throws WorkerException {
        try {
            final byte[] body = Mappers.JSON.writeValueAsBytes(request);
            requests.writeInt(body.length);
            requests.write(body);
            requests.flush();
        } catch (final IOException e) {
            throw died();
        }
    }

    /** Waits for the next answer. It waits for ever: another thread ends the process. */
    JsonNode receive() throws WorkerException {
        try {
            final int length = answers.readInt();
            if (length < 0 || length > MAX_FRAME_BYTES) {
                throw new WorkerException(FailureReason.GARBLED, "gave an answer of " + length + " bytes");
            }
            final byte[] answer = answers.readNBytes(length);
            if (answer.length < length) {
                throw died();
            }
            return Mappers.JSON.readTree(answer);
        } catch (final JsonProcessingException e) {
            throw new WorkerException(FailureReason.GARBLED, "gave an answer that is no JSON");
        } catch (final IOException e) {
            throw died();
        }
    }

    /** Sends a request and waits for its answer. The process is ended when there is none in time. */
    JsonNode ask(final JsonNode request, final long limitMs) throws WorkerException {
        final CompletableFuture<Void> end = CompletableFuture.runAsync(
                this::close, CompletableFuture.delayedExecutor(limitMs, TimeUnit.MILLISECONDS));
        try {
            send(request);
            return receive();
        } catch (final WorkerException e) {
            throw end.isDone()
                    ? new WorkerException(FailureReason.TIMEOUT, "did not start within " + limitMs + " ms")
                    : e;
        } finally {
            end.cancel(false);
        }
    }

    WorkerException died() {
        try {
            process.waitFor(END_MS, TimeUnit.MILLISECONDS);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return new WorkerException(
                FailureReason.DIED,
                process.isAlive() ? "closed its pipe" : "ended with exit status " + process.exitValue());
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** The memory of the process that is in use, in MB; 0 where the system does not say. */
    long residentMb() {
        try (Stream<String> lines =
                Files.lines(Path.of("/proc/" + process.pid() + "/status"), StandardCharsets.UTF_8)) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) >> 10)
                    .findFirst()
                    .orElse(0);
        } catch (final IOException | UncheckedIOException | NumberFormatException e) {
            return 0;
        }
    }

    /** Ends the process and all that it began, also those whose parent has ended: they are one group of processes. */
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        try {
            new ProcessBuilder("kill", "-9", "--", "-" + process.pid())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (final IOException e) {
            LOG.debug("there is no kill on this system: {}", e.getMessage());
        }
    }
}
