package org.mtrljudge.standalone.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** Runs the reference implementation in a benchmark, {@code reference_bench.py}, in the Python of the user. */
final class ReferencePeer {
    private ReferencePeer() {}

    /** @param what the measurement: generate or train */
    static ModelBench.Figure measure(final String python, final String what, final Path checkpoint) throws IOException {
        final Path script = PythonPeer.copied("reference_bench.py", Objects.requireNonNull(checkpoint.getParent()));
        final JsonNode figures = PythonPeer.run(python, script, List.of(what, checkpoint.toString()));
        return new ModelBench.Figure(
                figures.get("tokens_per_second").asDouble(),
                figures.get("peak_rss_bytes").asLong());
    }
}
