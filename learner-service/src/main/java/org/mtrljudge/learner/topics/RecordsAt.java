package org.mtrljudge.learner.topics;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.avro.specific.SpecificRecordBase;
import org.mtrljudge.schemas.topic.LogOffset;
import org.mtrljudge.schemas.topic.TopicScan;

/** Fetches records of a topic by their places. */
public final class RecordsAt<V extends SpecificRecordBase> implements AutoCloseable {
    private final TopicScan<V> scan;

    /** @param scan is closed with this object */
    public RecordsAt(final TopicScan<V> scan) {
        this.scan = scan;
    }

    /** The records at these places that exist and are readable. They are found in one pass from the first place to the last. */
    public Map<LogOffset, TopicScan.Entry<V>> fetch(final Set<LogOffset> places) {
        final Map<LogOffset, TopicScan.Entry<V>> found = new HashMap<>();
        if (places.isEmpty()) {
            return found;
        }
        final LogOffset last = Collections.max(places);
        scan.seek(Collections.min(places));
        boolean past = false;
        while (!past && !scan.done()) {
            for (final TopicScan.Entry<V> entry : scan.next()) {
                if (places.contains(entry.place())) {
                    found.put(entry.place(), entry);
                }
                past |= entry.place().compareTo(last) >= 0;
            }
        }
        return found;
    }

    @Override
    public void close() {
        scan.close();
    }
}
