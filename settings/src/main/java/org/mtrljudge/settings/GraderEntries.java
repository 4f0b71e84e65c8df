package org.mtrljudge.settings;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The entries of {@code reward.functions} and {@code reward.servers}. */
public final class GraderEntries {
    /** What an entry says of how a grader is asked. It does not decide what the answers are. */
    static final List<String> HOW_ASKED = List.of(
            "workers",
            "timeout_ms",
            "retries",
            "python",
            "memory_mb",
            "url",
            "concurrency",
            "api_key_file",
            "api_key_env");

    private GraderEntries() {}

    /** What decides the answers: the entries without how they are asked, keys in order. */
    public static List<Map<String, Object>> deciding(final List<Map<String, Object>> entries) {
        return entries.stream()
                .map(entry -> {
                    final Map<String, Object> kept = new TreeMap<>(entry);
                    HOW_ASKED.forEach(kept::remove);
                    return (Map<String, Object>) kept;
                })
                .toList();
    }
}
