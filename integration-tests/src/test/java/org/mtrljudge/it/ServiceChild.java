package org.mtrljudge.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** One of the services in a separate process, with settings from its environment, as in a container. */
final class ServiceChild implements AutoCloseable {
    private final Process process;
    private final int port;
    private final Path log;

    private ServiceChild(final Process process, final int port, final Path log) {
        this.process = process;
        this.port = port;
        this.log = log;
    }

    /** @param log the file to which the output of the process is appended */
    static ServiceChild start(final Class<?> main, final Map<String, String> environment, final Path log)
            throws IOException {
        final int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        final ProcessBuilder builder = JavaProcess.of(main, List.of("-Xmx400m", "-XX:TieredStopAtLevel=1"));
        builder.environment().putAll(environment);
        builder.environment().put("JUDGE_HTTP_PORT", String.valueOf(port));
        builder.environment().put("MALLOC_ARENA_MAX", "2");
        return new ServiceChild(JavaProcess.start(builder, log.toFile()), port, log);
    }

    /** The HTTP status of the answer; −1 when there is no answer. */
    int status(final String path) throws InterruptedException {
        try {
            return get(path).statusCode();
        } catch (final IOException e) {
            return -1;
        }
    }

    HttpResponse<String> get(final String path) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                .timeout(Duration.ofSeconds(5))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    boolean isReady() throws InterruptedException {
        return status("/health/readiness") == 200;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Waits for the end of the process and returns its exit code. */
    int join(final Duration patience) throws InterruptedException, IOException {
        if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("the process did not end within " + patience + ":\n" + log());
        }
        return process.exitValue();
    }

    /** Sends SIGTERM. */
    void stop() {
        process.destroy();
    }

    void kill() throws InterruptedException {
        JavaProcess.kill(process);
    }

    String log() throws IOException {
        return Files.readString(log);
    }

    /** Waits until a condition is true. */
    void await(final String what, final Duration patience, final BooleanSupplier so)
            throws InterruptedException, IOException {
        final long deadline = System.nanoTime() + patience.toNanos();
        while (!so.getAsBoolean()) {
            if (System.nanoTime() > deadline || !isAlive()) {
                throw new AssertionError(what + " was not seen within " + patience + ":\n" + log());
            }
            Thread.sleep(100);
        }
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }
}
