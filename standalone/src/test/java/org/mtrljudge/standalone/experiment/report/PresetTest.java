package org.mtrljudge.standalone.experiment.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.settings.UsageException;

class PresetTest {
    private static final List<String> SIX = List.of("a", "b", "c", "d", "e", "f");

    @TempDir
    private Path folder;

    @Test
    void shouldTrainEveryMethodOnEverySeedAndTheWarmUpFirst() {
        final List<Cell> cells = Preset.named("small").cells(SIX);
        assertThat(cells).hasSize(3 * (3 + 2 * 6)).doesNotHaveDuplicates();
        assertThat(cells.get(0)).isEqualTo(new Cell(Method.WARM_UP, null, 1));
        assertThat(cells.get(15)).isEqualTo(new Cell(Method.WARM_UP, null, 2));
        assertThat(cells)
                .filteredOn(cell -> cell.method() == Method.RL_SINGLE && cell.seed() == 2)
                .extracting(Cell::name)
                .containsExactly(
                        "rl-single-a-2",
                        "rl-single-b-2",
                        "rl-single-c-2",
                        "rl-single-d-2",
                        "rl-single-e-2",
                        "rl-single-f-2");
    }

    @Test
    void shouldLetSettingsOfAMethodOverrideSharedSettingsAndPairsOverrideBoth() throws IOException {
        final Path file = folder.resolve("own.yaml");
        Files.writeString(file, """
                seeds: [7]
                stands_for: {}
                settings: {sft: {lr: 0.1, steps: 5}, data: {test_size: 3}}
                warm_up: {}
                sft_single: {sft: {lr: 0.2}}
                sft_unified: {}
                rl_single: {}
                mt_rl_judge: {}
                overrides: []
                expected: null
                """);
        final Preset preset = Preset.named(file.toString()).with(List.of("sft.steps=9"));
        assertThat(preset.pairs(new Cell(Method.SFT_SINGLE, "safety", 7)))
                .containsExactly(
                        "sft.lr=0.2",
                        "sft.steps=5",
                        "data.test_size=3",
                        "trainer.seed=7",
                        "data.train_tasks=[\"safety\"]",
                        "sft.steps=9");
        assertThat(preset.pairs(new Cell(Method.SFT_UNIFIED, null, 7)))
                .contains("sft.lr=0.1")
                .noneMatch(pair -> pair.startsWith("data.train_tasks"));
        final Path copy = folder.resolve("copy.yaml");
        Files.writeString(copy, preset.write());
        assertThat(Preset.named(copy.toString())).isEqualTo(preset);
    }

    @Test
    void shouldSayWhatIsWrongWithAPreset() throws IOException {
        assertThatThrownBy(() -> Preset.named("huge"))
                .isInstanceOf(UsageException.class)
                .hasMessage("there is no preset and no file 'huge'; presets: small, paper");
        final Path file = folder.resolve("own.yaml");
        Files.writeString(file, "seeds: [1]\n");
        assertThatThrownBy(() -> Preset.named(file.toString()))
                .isInstanceOf(UsageException.class)
                .hasMessageEndingWith("the key 'stands_for' is missing");
        Files.writeString(
                file,
                Files.readString(Path.of("src/main/resources/experiment/small.yaml"))
                        .replace("seeds: [1, 2, 3]", "seeds: [1, 1]"));
        assertThatThrownBy(() -> Preset.named(file.toString()))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("seeds are [1, 1]");
        Files.writeString(
                file, Files.readString(Path.of("src/main/resources/experiment/small.yaml")) + "rl_double: {}\n");
        assertThatThrownBy(() -> Preset.named(file.toString()))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("rl_double");
    }
}
