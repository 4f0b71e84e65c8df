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
        assertThat(cells).hasSize(3 * (4 + 2 * 6)).doesNotHaveDuplicates();
        assertThat(cells.get(0)).isEqualTo(new Cell(Method.WARM_UP, null, 1));
        assertThat(cells.get(16)).isEqualTo(new Cell(Method.WARM_UP, null, 2));
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
    void shouldTrainTheAblationsTooInTheFullPreset() {
        final Preset full = Preset.named("full");
        assertThat(full.cells(SIX)).hasSize(5 * (8 + 2 * 6)).doesNotHaveDuplicates();
        assertThat(full.pairs(new Cell(Method.RL_ALPHA_50, null, 2))).contains("reward.format_weight=0.5");
        assertThat(full.pairs(new Cell(Method.SFT_REASONED, null, 2)))
                .contains("trainer.total_steps=0")
                .noneMatch(pair -> pair.startsWith("data.format_prompt"));
    }

    @Test
    void shouldLetSettingsOfAMethodOverrideSharedSettingsAndPairsOverrideBoth() throws IOException {
        final Path file = folder.resolve("own.yaml");
        Files.writeString(file, """
                seeds: [7]
                stands_for: {}
                settings: {sft: {lr: 0.1, steps: 5}, data: {test_size: 3}}
                methods:
                  warm_up: {}
                  sft_single: {sft: {lr: 0.2}}
                  sft_unified: {}
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
        assertThat(preset.cells(SIX))
                .extracting(Cell::name)
                .as("rl_single is not named")
                .containsExactly(
                        "warm-up-7",
                        "mt-rl-judge-7",
                        "sft-unified-7",
                        "sft-single-a-7",
                        "sft-single-b-7",
                        "sft-single-c-7",
                        "sft-single-d-7",
                        "sft-single-e-7",
                        "sft-single-f-7");
        final Path copy = folder.resolve("copy.yaml");
        Files.writeString(copy, preset.write());
        assertThat(Preset.named(copy.toString())).isEqualTo(preset);
    }

    @Test
    void shouldSayWhatIsWrongWithAPreset() throws IOException {
        assertThatThrownBy(() -> Preset.named("huge"))
                .isInstanceOf(UsageException.class)
                .hasMessage("there is no preset and no file 'huge'; presets: small, full, paper");
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
        final String small = Files.readString(Path.of("src/main/resources/experiment/small.yaml"));
        Files.writeString(file, small.replace("  rl_single:", "  rl_double:"));
        assertThatThrownBy(() -> Preset.named(file.toString()))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("rl_double");
        Files.writeString(file, small.replace("  mt_rl_judge:", "  rl_label_only:"));
        assertThatThrownBy(() -> Preset.named(file.toString()))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("methods has no mt_rl_judge");
    }
}
