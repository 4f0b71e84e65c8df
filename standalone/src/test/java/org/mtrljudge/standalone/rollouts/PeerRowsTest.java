package org.mtrljudge.standalone.rollouts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.mtrljudge.reward.scoring.AdvantageEstimator;
import org.mtrljudge.schemas.Completion;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.tasks.DataException;
import org.mtrljudge.tasks.published.Row;

/** Dumps of verl and TRL: rows of one prompt are a group, and a score that is missing is no zero. */
class PeerRowsTest {
    private static final DumpReading PLAIN = new DumpReading("math", null, Set.of(), AdvantageEstimator.DR_GRPO);

    private static List<DumpedGroup> groups(final DumpReading reading, final List<Map<String, Object>> rows) {
        final Set<String> rewards = new TreeSet<>(reading.rewards());
        final List<Row> read = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            read.add(new Row("dump.jsonl row " + (i + 1), rows.get(i)));
            if (reading.rewards().isEmpty()) {
                rewards.addAll(PeerRows.numbered(read.get(i), reading));
            }
        }
        final PeerRows peers = new PeerRows(reading, rewards);
        read.forEach(peers::add);
        final List<DumpedGroup> groups = new ArrayList<>();
        peers.forEach(groups::add);
        return groups;
    }

    private static Map<String, Object> verl(final String input, final Object gts, final Object score) {
        final Map<String, Object> row = new HashMap<>(Map.of("input", input, "output", "so " + score, "step", 7));
        row.put("gts", gts);
        row.put("score", score);
        row.put("acc", true);
        row.put("pred", "x");
        return row;
    }

    private static Map<String, Object> trl(final int question, final Map<String, Object> rewards) {
        final Map<String, Object> row = new HashMap<>(rewards);
        row.put("step", 3);
        row.put(
                "prompt",
                List.of(
                        Map.of("role", "system", "content", "be kind"),
                        Map.of(
                                "role",
                                "user",
                                "content",
                                List.of(Map.of("type", "image"), Map.of("type", "text", "text", "q" + question)))));
        row.put("completion", List.of(Map.of("role", "assistant", "content", "a")));
        row.put("solution", question);
        return row;
    }

    private static List<Double> totals(final DumpedGroup group) {
        return group.scores().stream().map(CompletionScore::getTotal).toList();
    }

    /** verl balances its batch, so that the completions of a prompt need not stand together. */
    @Test
    void shouldGroupVerlsRowsByTheirPrompt() {
        final List<DumpedGroup> groups =
                groups(PLAIN, List.of(verl("p", 42, 1.0), verl("q", "7", 0.5), verl("p", 42, 0.0), verl("p", 43, 0.0)));
        assertThat(groups).extracting(DumpedGroup::promptId).containsExactly("step-7-1", "step-7-2", "step-7-3");
        final DumpedGroup first = groups.get(0);
        final PromptRequest prompt = first.rollout().getPrompt();
        assertThat(prompt.getText()).isEqualTo("p");
        assertThat(prompt.getReference()).isEqualTo("42");
        assertThat(prompt.getGroupSize()).isEqualTo(2);
        assertThat(first.rollout().getPolicyVersion()).isEqualTo(7);
        assertThat(first.rollout().getCompletions())
                .extracting(Completion::getText)
                .containsExactly("so 1.0", "so 0.0");
        assertThat(totals(first)).containsExactly(1.0, 0.0);
        assertThat(first.scores().get(0).getComponents()).isEqualTo(Map.of("score", 1.0, "acc", 1.0));
        assertThat(first.scores()).extracting(CompletionScore::getAdvantage).containsExactly(0.5, -0.5);
    }

    @Test
    void shouldSumTrlsRewardsAndKeepItsAdvantages() {
        final DumpReading reading = new DumpReading("t", "solution", Set.of(), AdvantageEstimator.DR_GRPO);
        final DumpedGroup group = groups(
                        reading,
                        List.of(
                                trl(4, Map.of("right", 1.0, "length", 0.25, "advantage", 0.7)),
                                trl(4, Map.of("right", 0.0, "length", 0.5, "advantage", -0.7))))
                .get(0);
        final PromptRequest prompt = group.rollout().getPrompt();
        assertThat(prompt.getSystem()).isEqualTo("be kind");
        assertThat(prompt.getText()).isEqualTo("q4");
        assertThat(prompt.getReference()).isEqualTo("4");
        assertThat(totals(group)).containsExactly(1.25, 0.5);
        assertThat(group.scores().get(0).getComponents())
                .as("the reference is a number here, and no reward")
                .isEqualTo(Map.of("right", 1.0, "length", 0.25));
        assertThat(group.scores().get(1).getAdvantage()).isCloseTo(-0.7, within(0.0));
    }

    @Test
    void shouldTakeTheNamedRewardsAlone() {
        final DumpReading reading = new DumpReading("t", null, Set.of("right"), AdvantageEstimator.DR_GRPO);
        assertThat(groups(reading, List.of(trl(1, Map.of("right", 1.0, "seconds", 9.0))))
                        .get(0)
                        .scores()
                        .get(0)
                        .getTotal())
                .isEqualTo(1.0);
    }

    /** TRL writes nothing where a function returned None. */
    @Test
    void shouldLeaveAGroupWithoutScoresWhereOneIsMissing() {
        final List<DumpedGroup> groups = groups(
                PLAIN,
                List.of(
                        trl(1, Map.of("right", 1.0, "length", 0.5)),
                        trl(1, Map.of("length", 0.5)),
                        trl(2, Map.of("right", Double.NaN, "length", 0.5)),
                        trl(3, Map.of("right", 1.0, "length", 0.5))));
        assertThat(groups.get(0).scores()).isEmpty();
        assertThat(groups.get(1).scores()).isEmpty();
        assertThat(groups.get(2).scores()).hasSize(1);
        assertThat(groups(PLAIN, List.of(verl("p", "1", 1.0), verl("p", "1", Double.POSITIVE_INFINITY)))
                        .get(0)
                        .scores())
                .isEmpty();
    }

    @Test
    void shouldTakeNoOtherNumberForTheScoreOfVerl() {
        final Map<String, Object> none = verl("p", "1", 1.0);
        none.put("score", null);
        assertThat(groups(PLAIN, List.of(none)).get(0).scores())
                .as("though it has acc")
                .isEmpty();
        none.put("score", "1.0");
        assertThat(groups(PLAIN, List.of(none)).get(0).scores()).isEmpty();
    }

    @Test
    void shouldRefuseAStepThatIsNoVersion() {
        final Map<String, Object> row = verl("p", "1", 1.0);
        for (final Object step : List.of(5_000_000_000L, -1, 1.5, "7")) {
            row.put("step", step);
            assertThatThrownBy(() -> groups(PLAIN, List.of(row)))
                    .hasMessage("dump.jsonl row 1 has the step " + step
                            + ", but a whole number from 0 to 2147483647 is needed");
        }
    }

    @Test
    void shouldRefuseWhatNoReaderOfTheLogCouldUse() {
        groups(PLAIN, List.of(verl("p", "long ".repeat(10_000), 1.0))).get(0).check();
        final DumpedGroup huge = groups(PLAIN, List.of(verl("p", "1", 1e7))).get(0);
        assertThatThrownBy(huge::check)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the reward 1.0E7");
        final DumpedGroup many =
                groups(PLAIN, Collections.nCopies(1025, verl("p", "1", 1.0))).get(0);
        assertThatThrownBy(many::check).hasMessageContaining("1025 completions, at most 1024");
    }

    @Test
    void shouldNameTheRowAndWhatItMisses() {
        assertThatThrownBy(() -> groups(PLAIN, List.of(verl("p", "1", 1.0), Map.of("question", "q"))))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("dump.jsonl row 2 has the columns [question], but a dump has input and output");
        final DumpReading reading = new DumpReading("t", "answer", Set.of(), AdvantageEstimator.GRPO);
        assertThatThrownBy(() -> groups(reading, List.of(trl(1, Map.of()))))
                .hasMessageStartingWith("dump.jsonl row 1 has nothing under 'answer'; there are [completion, prompt");
        final Map<String, Object> wrong = trl(1, Map.of());
        wrong.put("prompt", List.of("text"));
        assertThatThrownBy(() -> groups(PLAIN, List.of(wrong)))
                .hasMessage("dump.jsonl row 1 has under 'prompt' no message with role and content: text");
    }
}
