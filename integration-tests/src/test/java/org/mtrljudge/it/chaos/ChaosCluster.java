package org.mtrljudge.it.chaos;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.mtrljudge.actor.ActorApplication;
import org.mtrljudge.it.JavaProcess;
import org.mtrljudge.learner.LearnerApplication;
import org.mtrljudge.reward.RewardApplication;
import org.mtrljudge.schemas.topic.KafkaClients;

/**
 * Every process of a run: three brokers, a schema registry that keeps its schemas in a file, two reward services, three actors, a learner.
 * All of them listen on loopback only.
 */
public final class ChaosCluster implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(180);
    /** The partitions of rollouts and scored groups, which the reward services share. */
    public static final int PARTITIONS = 2;

    private static final int END_S = 90;
    private static final Path REGISTRY = Path.of("target", "registry").toAbsolutePath();
    private static final String REGISTRY_JAR = "apicurio-registry-app-2.6.13.Final-runner.jar";
    private static final List<String> SMALL = List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    private final Path folder;
    private final Size size;
    private final List<Member> brokers = new ArrayList<>();
    private final Member registry;
    private final String bootstrap;
    private final String registryUrl;

    /**
     * The services of a run.
     *
     * @param learnerHeap the Java heap of the learner, as -Xmx takes it
     * @param actorHeap that of an actor
     */
    public record Size(int rewards, int actors, String learnerHeap, String actorHeap) {}

    public ChaosCluster(final Path folder, final Size size) throws IOException {
        this.folder = folder;
        this.size = size;
        final List<String> ports = freePorts(2 * ChaosBroker.BROKERS + 1);
        final List<String> addresses = new ArrayList<>();
        for (int i = 0; i < ChaosBroker.BROKERS; i++) {
            addresses.add("127.0.0.1:" + ports.get(i));
            final List<String> arguments =
                    new ArrayList<>(List.of(brokerFolder(i).toString(), String.valueOf(i)));
            arguments.addAll(ports.subList(0, 2 * ChaosBroker.BROKERS));
            brokers.add(member(
                    "broker-" + i,
                    JavaProcess.of(ChaosBroker.class, options("-Xmx300m"), arguments.toArray(String[]::new))));
        }
        bootstrap = String.join(",", addresses);
        final String port = ports.get(2 * ChaosBroker.BROKERS);
        registryUrl = "http://127.0.0.1:" + port + "/apis/ccompat/v7";
        registry = member("registry", registry(port));
    }

    private ProcessBuilder registry(final String port) {
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options("-Xmx256m"));
        command.add("-Dquarkus.http.host=127.0.0.1");
        command.add("-Dquarkus.http.port=" + port);
        command.addAll(List.of("-jar", REGISTRY_JAR));
        final ProcessBuilder builder =
                new ProcessBuilder(command).directory(REGISTRY.toFile()).redirectErrorStream(true);
        // a file in place of memory: a registry that starts again empty would give new ids to the schemas
        builder.environment().put("REGISTRY_DATASOURCE_URL", "jdbc:h2:file:" + folder.resolve("schemas"));
        return builder;
    }

    private static List<String> options(final String heap) {
        final List<String> options = new ArrayList<>(SMALL);
        options.add(heap);
        return options;
    }

    private static List<String> freePorts(final int count) throws IOException {
        final List<ServerSocket> sockets = new ArrayList<>();
        final List<String> ports = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            final ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            sockets.add(socket);
            ports.add(String.valueOf(socket.getLocalPort()));
        }
        for (final ServerSocket socket : sockets) {
            socket.close();
        }
        return ports;
    }

    private Member member(final String name, final ProcessBuilder command) {
        return new Member(name, command, folder.resolve(name + ".log").toFile());
    }

    /** The folder of a broker's log. */
    Path brokerFolder(final int node) {
        return folder.resolve("broker-" + node);
    }

    /** Starts brokers and registry, and waits until they answer. */
    public void start() throws IOException, InterruptedException {
        for (final Member broker : brokers) {
            broker.start();
        }
        registry.start();
        await("three brokers", () -> nodes() == ChaosBroker.BROKERS);
        await("the registry", this::registryAnswers);
    }

    private int nodes() {
        try (Admin admin = KafkaClients.admin(Map.of("bootstrap.servers", bootstrap))) {
            return admin.describeCluster().nodes().get().size();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        } catch (final Exception e) {
            return 0;
        }
    }

    private boolean registryAnswers() {
        try {
            final HttpRequest request = HttpRequest.newBuilder(URI.create(registryUrl + "/subjects"))
                    .timeout(Duration.ofSeconds(5))
                    .build();
            return HttpClient.newHttpClient()
                            .send(request, HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (final IOException e) {
            return false;
        }
    }

    private static void await(final String what, final BooleanSupplier so) throws InterruptedException {
        final long deadline = System.nanoTime() + START.toNanos();
        while (!so.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(what + " did not answer within " + START.toSeconds() + " s");
            }
            Thread.sleep(500);
        }
    }

    /** The settings of every service of this run, as the environment of a container has them. */
    public Map<String, String> environment(final String run, final Path settings) {
        return Map.of(
                "JUDGE_RUN",
                run,
                "JUDGE_RUNS",
                folder.resolve("runs").toString(),
                "JUDGE_CONFIG",
                settings.toString(),
                "JUDGE__KAFKA__BOOTSTRAP_SERVERS",
                bootstrap,
                "JUDGE__BROKER__SCHEMA_REGISTRY_URL",
                registryUrl,
                "JUDGE__BROKER__REPLICATION_FACTOR",
                String.valueOf(ChaosBroker.BROKERS),
                "JUDGE__BROKER__MIN_INSYNC_REPLICAS",
                "2",
                "JUDGE__BROKER__PARTITIONS",
                String.valueOf(PARTITIONS),
                "MALLOC_ARENA_MAX",
                "2",
                "OMP_NUM_THREADS",
                "1");
    }

    /** The services of a run, not started: the learner is the first. */
    public List<Member> services(final String run, final Path settings) throws IOException {
        Files.createDirectories(folder.resolve("runs"));
        final List<Member> services = new ArrayList<>();
        services.add(service(LearnerApplication.class, run, settings, "learner-0", "-Xmx" + size.learnerHeap));
        for (int i = 0; i < size.rewards; i++) {
            services.add(service(RewardApplication.class, run, settings, "reward-" + i, "-Xmx300m"));
        }
        for (int i = 0; i < size.actors; i++) {
            services.add(service(ActorApplication.class, run, settings, "actor-" + i, "-Xmx" + size.actorHeap));
        }
        return services;
    }

    private Member service(
            final Class<?> main, final String run, final Path settings, final String id, final String heap)
            throws IOException {
        final ProcessBuilder builder = JavaProcess.of(main, options(heap));
        builder.environment().putAll(environment(run, settings));
        builder.environment().put("JUDGE_ID", id);
        if (main == RewardApplication.class) {
            // a container has a folder of its own; the state of Kafka Streams cannot be shared
            builder.environment().put("JUDGE_RUNS", folder.resolve(id).toString());
        }
        builder.environment().put("JUDGE_HTTP_PORT", freePorts(1).get(0));
        return new Member(id, builder, folder.resolve(run + "-" + id + ".log").toFile());
    }

    /** Brokers and registry. */
    public List<Member> infrastructure() {
        final List<Member> all = new ArrayList<>(brokers);
        all.add(registry);
        return all;
    }

    public String bootstrap() {
        return bootstrap;
    }

    public Path runs() {
        return folder.resolve("runs");
    }

    @Override
    public void close() throws InterruptedException {
        registry.end(END_S);
        // the broker that leads the others hands over first; the last one has no quorum to leave to, so it may have to
        // be killed
        for (final Member broker : brokers) {
            broker.end(END_S / ChaosBroker.BROKERS);
        }
    }
}
