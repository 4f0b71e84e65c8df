package org.mtrljudge.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;

/** A real schema registry (Apicurio, unpacked by the build) in a separate process. It keeps its schemas in memory. */
final class RegistryProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Path FOLDER = Path.of("target", "registry").toAbsolutePath();
    private static final String JAR = "apicurio-registry-app-2.6.13.Final-runner.jar";
    private final Process process;
    private final String url;

    private RegistryProcess(final Process process, final String url) {
        this.process = process;
        this.url = url;
    }

    static RegistryProcess start(final Path log) throws IOException, InterruptedException {
        final int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        final Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-Dquarkus.http.host=127.0.0.1",
                        "-Dquarkus.http.port=" + port,
                        "-jar",
                        JAR)
                .directory(FOLDER.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        final RegistryProcess registry = new RegistryProcess(process, "http://127.0.0.1:" + port + "/apis/ccompat/v7");
        final long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!registry.answers()) {
            if (System.nanoTime() > deadline || !process.isAlive()) {
                registry.close();
                throw new IOException("the registry did not start, see " + log);
            }
            Thread.sleep(200);
        }
        return registry;
    }

    private boolean answers() throws InterruptedException {
        try {
            return HttpClient.newHttpClient()
                            .send(
                                    HttpRequest.newBuilder(URI.create(url + "/subjects"))
                                            .timeout(Duration.ofSeconds(5))
                                            .build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (final IOException e) {
            return false;
        }
    }

    String url() {
        return url;
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }
}
