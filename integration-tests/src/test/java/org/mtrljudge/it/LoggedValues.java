package org.mtrljudge.it;

import java.util.List;
import org.apache.avro.specific.SpecificRecordBase;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topic;
import org.mtrljudge.schemas.topic.TopicScan;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.standalone.broker.EmbeddedBroker;

/** Reads all committed values of a topic, in the order of a scan. */
public final class LoggedValues {
    /** A topic is read in the same way whatever the name of the run is. */
    private static final Topics ANY = new Topics("any", new LocalSchemaRegistry());

    private LoggedValues() {}

    static <V extends SpecificRecordBase> List<V> read(final EmbeddedBroker broker, final Topic<V> topic) {
        return read(broker.clients(ANY), topic);
    }

    static <V extends SpecificRecordBase> List<V> read(final TestBroker broker, final Topic<V> topic) {
        return read(broker.clients(ANY), topic);
    }

    public static <V extends SpecificRecordBase> List<V> read(final KafkaClients clients, final Topic<V> topic) {
        try (TopicScan<V> scan = clients.scanWhole(topic)) {
            return scan.rest().stream().map(TopicScan.Entry::value).toList();
        }
    }
}
