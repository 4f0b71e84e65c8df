package org.mtrljudge.learner.topics;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.avro.specific.SpecificRecordBase;
import org.mtrljudge.schemas.topic.TopicScan;

/** Fetches records of a topic by their offsets. */
public final class RecordsAt<V extends SpecificRecordBase> implements AutoCloseable {
    private final TopicScan<V> scan;

    /** @param scan is closed with this object */
    public RecordsAt(final TopicScan<V> scan) {
        this.scan = scan;
    }

    /** The records at these offsets that exist and are readable. They are found in one pass from the first offset to the last. */
    public Map<Long, TopicScan.Entry<V>> fetch(final Set<Long> offsets) {
        final Map<Long, TopicScan.Entry<V>> found = new HashMap<>();
        final long last = offsets.stream().mapToLong(o -> o).max().orElse(-1);
        scan.seek(offsets.stream().mapToLong(o -> o).min().orElse(0));
        boolean past = offsets.isEmpty();
        while (!past && !scan.done()) {
            for (final TopicScan.Entry<V> entry : scan.next()) {
                if (offsets.contains(entry.offset())) {
                    found.put(entry.offset(), entry);
                }
                past |= entry.offset() >= last;
            }
        }
        return found;
    }

    @Override
    public void close() {
        scan.close();
    }
}
