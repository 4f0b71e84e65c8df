package org.mtrljudge.it.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.mtrljudge.tasks.VerdictParser;

/** Whatever a model writes has one verdict or none, never an exception. */
class VerdictFuzzTest {

    @FuzzTest(maxDuration = "")
    void shouldParseWhateverAModelWrites(final byte[] bytes) {
        final var text = new String(bytes, StandardCharsets.UTF_8);
        final var parsed = VerdictParser.parse(text, List.of("A", "B"));
        assertThat(parsed.verdict()).isIn("A", "B", null);
    }
}
