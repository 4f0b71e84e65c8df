package org.mtrljudge.standalone.broker;

import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import kafka.server.BrokerServer;
import kafka.server.ControllerServer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.server.Server;
import kafka.server.SharedServer;
import kafka.server.StandardFaultHandlerFactory;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.Timer;
import org.apache.kafka.controller.ControllerRequestContext;
import org.apache.kafka.metadata.bootstrap.BootstrapMetadata;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.raft.QuorumConfig;
import org.apache.kafka.server.ServerSocketFactory;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

/**
 * A controller and a broker as Kafka's {@link KafkaRaftServer} has them, with one difference: where an earlier broker of the folder was killed, its
 * session is over at once. Kafka would refuse the new broker until that session has timed out, because the other one might still live; {@link
 * EmbeddedBroker#start} has seen that nobody holds the lock of the folder.
 */
final class CombinedServer {
    private static final int LOOK_EVERY_MS = 5;
    private static final int ANSWER_S = 60;

    private final KafkaConfig config;
    private final PassingTime time = new PassingTime();
    private final ControllerServer controller;
    private final BrokerServer broker;

    /** @param settings of the node, which is broker and controller; its folder is formatted */
    CombinedServer(final Map<String, Object> settings) {
        config = new KafkaConfig(settings, false);
        final Tuple2<MetaPropertiesEnsemble, BootstrapMetadata> folder = KafkaRaftServer.initializeLogDirs(
                config, LoggerFactory.getLogger(CombinedServer.class), "[node " + config.nodeId() + "] ");
        final String cluster = folder._1().clusterId().orElseThrow();
        final SharedServer shared = new SharedServer(
                config,
                folder._1(),
                time,
                Server.initializeMetrics(config, time, cluster),
                CompletableFuture.completedFuture(
                        QuorumConfig.parseVoterConnections(config.quorumConfig().voters())),
                QuorumConfig.parseBootstrapServers(config.quorumConfig().bootstrapServers()),
                new StandardFaultHandlerFactory(),
                ServerSocketFactory.INSTANCE);
        broker = new BrokerServer(shared);
        controller = new ControllerServer(shared, KafkaRaftServer.configSchema(), folder._2());
    }

    /** Starts both; no other process may use the folder. */
    void startup() {
        controller.startup();
        awaitActive();
        // the controller gives a broker that it finds in its log, and that did not say farewell, a new session when it
        // becomes active
        time.pass(TimeUnit.MILLISECONDS.toNanos(config.brokerSessionTimeoutMs()) + 1);
        broker.startup();
    }

    /** Waits until the controller has begun to count sessions. Where it does not, the broker has to wait for the end of the session, as always. */
    private void awaitActive() {
        final Timer limit = time.timer(config.brokerSessionTimeoutMs());
        while (!controller.controller().isActive() && limit.notExpired()) {
            limit.sleep(LOOK_EVERY_MS);
        }
        // what is asked now is answered after the event that made it active
        controller
                .controller()
                .findAllTopicIds(new ControllerRequestContext(
                        new RequestHeaderData(), KafkaPrincipal.ANONYMOUS, OptionalLong.empty()))
                .orTimeout(ANSWER_S, TimeUnit.SECONDS)
                .join();
    }

    void shutdown() {
        // the broker needs the controller to leave in good order
        broker.shutdown();
        controller.shutdown();
    }

    /** The time of the system, of which some may pass at once. */
    private static final class PassingTime implements Time {
        private volatile long passedNs;

        void pass(final long ns) {
            passedNs += ns;
        }

        @Override
        public long milliseconds() {
            return Time.SYSTEM.milliseconds();
        }

        /** What sessions of brokers are measured with. */
        @Override
        public long nanoseconds() {
            return Time.SYSTEM.nanoseconds() + passedNs;
        }

        @Override
        public void sleep(final long ms) {
            Time.SYSTEM.sleep(ms);
        }

        @Override
        public void waitObject(final Object object, final Supplier<Boolean> condition, final long deadlineMs)
                throws InterruptedException {
            Time.SYSTEM.waitObject(object, condition, deadlineMs);
        }
    }
}
