package org.mtrljudge.service;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.settings.SettingsTree;
import org.mtrljudge.settings.UsageException;

/**
 * The settings of a service process, from its environment variables and the settings file that they name.
 *
 * @param service actor, reward or learner
 * @param run the name of the run, which is the prefix of its topics: {@code JUDGE_RUN}
 * @param folder the folder of the run: {@code JUDGE_RUNS/JUDGE_RUN}
 * @param id the id of this process, unique among the processes of its service: {@code JUDGE_ID}, or the service and the host name
 * @param tree the settings of the run: {@code JUDGE_CONFIG} and {@code JUDGE__…}
 * @param connections how the process reaches the log and the policies of the run
 * @param http the address of {@code /health} and {@code /prometheus}
 * @param staysWhenDone a learner that is done waits to be stopped, because some platforms would start it again:
 *     {@code JUDGE_WHEN_DONE=wait}
 * @param stopGrace the time between the signal to stop and the kill, as the platform gives it: {@code JUDGE_STOP_GRACE_S}
 */
public record ServiceSettings(
        String service,
        String run,
        Path folder,
        String id,
        SettingsTree tree,
        Connections connections,
        Http http,
        boolean staysWhenDone,
        Duration stopGrace) {
    /** {@code JUDGE_HTTP_HOST} (default: loopback) and {@code JUDGE_HTTP_PORT} (default: 8080). */
    public record Http(String host, int port) {}

    /** @throws UsageException that names the wrong setting */
    static ServiceSettings of(final String service, final Map<String, String> environment) {
        final String run = run(environment.getOrDefault("JUDGE_RUN", "quickstart"));
        final String config = environment.get("JUDGE_CONFIG");
        final SettingsTree tree = SettingsTree.read(config == null ? null : Path.of(config), environment, List.of());
        final Connections connections = tree.bind(Connections.class);
        if (!connections.kafka().containsKey(Connections.BOOTSTRAP)) {
            throw new UsageException(
                    "the address of Kafka is not set: set JUDGE__KAFKA__BOOTSTRAP_SERVERS=HOST:PORT, or kafka: "
                            + Connections.BOOTSTRAP + " in the file that JUDGE_CONFIG names");
        }
        return new ServiceSettings(
                service,
                run,
                Path.of(environment.getOrDefault("JUDGE_RUNS", "runs")).resolve(run),
                environment.getOrDefault("JUDGE_ID", service + "-" + hostName()),
                tree,
                connections,
                http(environment),
                staysWhenDone(environment.getOrDefault("JUDGE_WHEN_DONE", "exit")),
                stopGrace(environment.getOrDefault("JUDGE_STOP_GRACE_S", "40")));
    }

    private static String run(final String name) {
        try {
            return Topics.checkedName(name);
        } catch (final IllegalArgumentException e) {
            throw new UsageException("JUDGE_RUN: " + e.getMessage());
        }
    }

    private static boolean staysWhenDone(final String word) {
        if (!word.equals("exit") && !word.equals("wait")) {
            throw new UsageException("JUDGE_WHEN_DONE is '" + word + "', allowed is exit or wait");
        }
        return word.equals("wait");
    }

    private static Duration stopGrace(final String seconds) {
        if (!seconds.matches("\\d{1,5}") || Integer.parseInt(seconds) < 1) {
            throw new UsageException("JUDGE_STOP_GRACE_S is '" + seconds
                    + "', allowed is 1 to 99999: the seconds after which the platform kills a process that it stops");
        }
        return Duration.ofSeconds(Integer.parseInt(seconds));
    }

    private static Http http(final Map<String, String> environment) {
        final String port = environment.getOrDefault("JUDGE_HTTP_PORT", "8080");
        if (!port.matches("\\d{1,5}") || Integer.parseInt(port) > 65_535) {
            throw new UsageException("JUDGE_HTTP_PORT is '" + port + "', allowed is 0 (any free port) to 65535");
        }
        return new Http(environment.getOrDefault("JUDGE_HTTP_HOST", "127.0.0.1"), Integer.parseInt(port));
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (final UnknownHostException e) {
            return String.valueOf(ProcessHandle.current().pid());
        }
    }

    /** The Kafka clients for the brokers and topics of the run. */
    public KafkaClients clients() {
        return new KafkaClients(connections.topics(run), connections.kafka());
    }
}
