package org.mtrljudge.model.training;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.mtrljudge.model.config.WeightType;

class ScoringHeadTest {
    private static final long VOCABULARY = 151_936;

    @Test
    void shouldCountTheLogitsOfBothTypes() {
        // all probabilities are kept: 4 bytes each, and 2 bytes for the logits in bfloat16
        assertThat(ScoringHead.bytesAtOnce(VOCABULARY, 7067, false, WeightType.F32))
                .isEqualTo(VOCABULARY * 7067 * 4);
        assertThat(ScoringHead.bytesAtOnce(VOCABULARY, 7067, false, WeightType.BF16))
                .isEqualTo(VOCABULARY * 7067 * 6);
        // 4 GiB are kept, and pieces of 883 rows (512 MiB) are computed again
        assertThat(ScoringHead.bytesAtOnce(VOCABULARY, 14_336, false, WeightType.BF16))
                .isEqualTo(VOCABULARY * ((7067 + 883) * 4 + 883 * 2));
        // nothing is kept: 256 rows at a time
        assertThat(ScoringHead.bytesAtOnce(VOCABULARY, 14_336, true, WeightType.F32))
                .isEqualTo(VOCABULARY * 256 * 4);
        assertThat(ScoringHead.bytesAtOnce(VOCABULARY, 14_336, true, WeightType.BF16))
                .isEqualTo(VOCABULARY * 256 * 6);
    }
}
