package org.mtrljudge.model.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JudgeModuleTest {
    @Test
    void shouldDoWithoutPackedMatricesWhereLibtorchHasNoSuchOperator() {
        try (JudgeModule here = new JudgeModule();
                JudgeModule without = new JudgeModule("/torchscript-unknown.py")) {
            assertThat(here.packs()).isEqualTo(!System.getProperty("os.name").startsWith("Mac"));
            assertThat(without.packs()).isFalse();
        }
    }
}
