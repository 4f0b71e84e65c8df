package org.mtrljudge.actor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mtrljudge.actor.engine.Policy;
import org.mtrljudge.schemas.Completion;
import org.mtrljudge.schemas.FinishReason;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.Sampling;
import org.mtrljudge.schemas.VersionSpan;
import org.mtrljudge.schemas.codec.PackedArrays;
import org.mtrljudge.schemas.policy.PolicyFetcher;

class RolloutMakerTest {
    private static final Runnable NOTHING = () -> {};

    private final StubEngine engine = new StubEngine();
    private final RolloutMaker maker = new RolloutMaker(engine, "actor-7", engine.clock());

    private static PromptRequest prompt(
            final String id, final int groupSize, final double temperature, final double topP, final int maxNewTokens) {
        return new PromptRequest(
                id,
                "alignment",
                "a ball?",
                List.of(),
                "yes",
                List.of("yes", "no"),
                groupSize,
                new Sampling(temperature, topP, maxNewTokens, (long) id.hashCode()),
                Purpose.TRAIN,
                0,
                null,
                null,
                null,
                null);
    }

    private static PromptRequest prompt(final String id) {
        return prompt(id, 2, 1, 1, 5);
    }

    private void use(final int version) {
        final ByteBuffer image = ByteBuffer.wrap(new byte[] {(byte) version});
        maker.use(new Policy(version, "digest-" + version, new PolicyFetcher.Weights.InMemory(image)));
    }

    private List<RolloutMaker.Outcome> rollOut(final Runnable betweenPieces, final PromptRequest... prompts) {
        return maker.rollOut(Arrays.asList(prompts), betweenPieces);
    }

    private static RolloutGroup group(final RolloutMaker.Outcome outcome) {
        return ((RolloutMaker.Outcome.Rolled) outcome).group();
    }

    private static String reason(final RolloutMaker.Outcome outcome) {
        return ((RolloutMaker.Outcome.Refused) outcome).reason();
    }

    private static List<String> ids(final List<RolloutMaker.Outcome> outcomes) {
        return outcomes.stream().map(outcome -> outcome.prompt().getPromptId()).toList();
    }

    @Test
    void shouldHaveNoVersionBeforeItsFirstPolicy() {
        assertThat(maker.version()).isEqualTo(-1);
        use(3);
        assertThat(maker.version()).isEqualTo(3);
        assertThat(engine.used()).containsExactly("digest-3");
    }

    @Test
    void shouldSayWhoMadeAGroupWhenAndWithWhichWeights() {
        use(3);
        final PromptRequest prompt = prompt("p");
        final List<RolloutMaker.Outcome> outcomes = rollOut(NOTHING, prompt);

        assertThat(ids(outcomes)).containsExactly("p");
        final RolloutGroup group = group(outcomes.get(0));
        assertThat(group.getPrompt()).isSameAs(prompt);
        assertThat(group.getPolicyVersion()).isEqualTo(3);
        assertThat(group.getPolicyDigest()).isEqualTo("digest-3");
        assertThat(group.getActorId()).isEqualTo("actor-7");
        assertThat(group.getStartedAtMs()).isEqualTo(StubEngine.START_MS);
        assertThat(group.getGenerateMs()).isEqualTo(StubEngine.BATCH_MS);
        assertThat(group.getPromptTokens()).isEqualTo(StubEngine.PROMPT_TOKENS);
    }

    @Test
    void shouldKeepTokensLogProbsTextAndWhyACompletionEnded() {
        use(3);
        final List<Completion> completions =
                group(rollOut(NOTHING, prompt("p")).get(0)).getCompletions();

        assertThat(completions).hasSize(2);
        final Completion ended = completions.get(0);
        assertThat(ended.getText()).isEqualTo("yes");
        assertThat(PackedArrays.toInts(ended.getTokens())).containsExactly(40, 2);
        assertThat(PackedArrays.toFloats(ended.getLogProbs())).containsExactly(-0.5f, -0.25f);
        assertThat(ended.getFinishReason()).isEqualTo(FinishReason.STOP);
        final Completion cut = completions.get(1);
        assertThat(cut.getText()).isEqualTo("yes, because the");
        assertThat(PackedArrays.toInts(cut.getTokens())).containsExactly(40, 41, 42, 43, 44);
        assertThat(PackedArrays.toFloats(cut.getLogProbs())).containsExactly(-0.5f, -1, -1.5f, -2, -2.5f);
        assertThat(cut.getFinishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(completions).extracting(Completion::getVersions).containsOnlyNulls();
    }

    @Test
    void shouldGenerateTogetherThePromptsOfOneGroupSizeAndOneSampling() {
        use(3);
        final List<RolloutMaker.Outcome> outcomes = rollOut(
                NOTHING,
                prompt("a"),
                prompt("larger group", 4, 1, 1, 5),
                prompt("b"),
                prompt("greedy", 2, 0, 1, 5),
                prompt("c"));

        // the seeds differ, which does not matter
        assertThat(engine.batches())
                .containsExactly(List.of("a", "b", "c"), List.of("larger group"), List.of("greedy"));
        assertThat(ids(outcomes)).containsExactly("a", "b", "c", "larger group", "greedy");
        assertThat(outcomes)
                .extracting(outcome -> group(outcome).getCompletions().size())
                .containsExactly(2, 2, 2, 4, 2);
        // three groups share the 90 ms of the first batch, and each batch starts when the one before has ended
        assertThat(outcomes)
                .extracting(outcome -> group(outcome).getGenerateMs())
                .containsExactly(30.0, 30.0, 30.0, 90.0, 90.0);
        assertThat(outcomes)
                .extracting(outcome -> group(outcome).getStartedAtMs())
                .containsExactly(1000L, 1000L, 1000L, 1090L, 1180L);
    }

    @Test
    void shouldCountAGroupAsOldAsItsOldestTokenAndNameTheVersionsOfEachToken() {
        use(3);
        final List<Runnable> arrivals = new ArrayList<>(List.of(NOTHING, () -> use(4)));
        final RolloutGroup group =
                group(rollOut(() -> arrivals.remove(0).run(), prompt("p")).get(0));

        assertThat(engine.used()).containsExactly("digest-3", "digest-4");
        assertThat(group.getPolicyVersion()).isEqualTo(3);
        assertThat(group.getPolicyDigest()).isEqualTo("digest-3");
        assertThat(group.getCompletions().get(0).getVersions())
                .as("it ended before version 4 came")
                .isNull();
        assertThat(group.getCompletions().get(1).getVersions())
                .containsExactly(new VersionSpan(3, 2), new VersionSpan(4, 3));
        assertThat(maker.version()).isEqualTo(4);
    }

    @Test
    void shouldNameTheNewerPolicyWhenItCameBeforeTheFirstToken() {
        use(3);
        final List<Runnable> arrivals = new ArrayList<>(List.of(() -> use(4), NOTHING));
        final RolloutGroup group =
                group(rollOut(() -> arrivals.remove(0).run(), prompt("p")).get(0));

        assertThat(group.getCompletions())
                .as("version 4 drew every token")
                .extracting(Completion::getVersions)
                .containsOnlyNulls();
        assertThat(group.getPolicyVersion()).isEqualTo(4);
        assertThat(group.getPolicyDigest()).isEqualTo("digest-4");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1, 1, 5",
        "1025, 1, 1, 5",
        "2, -0.1, 1, 5",
        "2, 1, 0, 5",
        "2, 1, 1, 0",
        "2, 1, 1, 32769",
    })
    void shouldRefuseAPromptWhoseSizesAreOutOfRangeAndAnswerTheOthers(
            final int groupSize, final double temperature, final double topP, final int maxNewTokens) {
        use(3);
        final List<RolloutMaker.Outcome> outcomes =
                rollOut(NOTHING, prompt("good"), prompt("bad", groupSize, temperature, topP, maxNewTokens));

        assertThat(ids(outcomes)).containsExactlyInAnyOrder("bad", "good");
        assertThat(engine.batches()).containsExactly(List.of("good"));
        assertThat(reason(outcomes.get(0)))
                .startsWith("group size " + groupSize)
                .endsWith("is out of range");
        assertThat(group(outcomes.get(1)).getCompletions()).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({"1, 0, 0.01, 1", "1024, 2, 1, 32768"})
    void shouldAnswerAPromptWhoseSizesAreAtTheEndsOfTheirRanges(
            final int groupSize, final double temperature, final double topP, final int maxNewTokens) {
        use(3);
        final PromptRequest prompt = prompt("p", groupSize, temperature, topP, maxNewTokens);
        prompt.put("purpose", Purpose.EVAL);
        final RolloutGroup group = group(rollOut(NOTHING, prompt).get(0));
        assertThat(group.getCompletions()).hasSize(groupSize);
    }

    @Test
    void shouldRefuseOnlyThePromptThatTheEngineRefuses() {
        use(3);
        final List<RolloutMaker.Outcome> outcomes =
                rollOut(NOTHING, prompt("a"), prompt(StubEngine.DAMAGED), prompt("b"));

        assertThat(engine.batches()).containsExactly(List.of("a", StubEngine.DAMAGED, "b"));
        assertThat(ids(outcomes)).containsExactly("a", StubEngine.DAMAGED, "b");
        assertThat(reason(outcomes.get(1))).isEqualTo("its picture is damaged");
        assertThat(group(outcomes.get(0)).getCompletions()).hasSize(2);
        assertThat(group(outcomes.get(2)).getCompletions()).hasSize(2);
    }

    @Test
    void shouldAnswerNothingWhenTheEngineFails() {
        use(3);
        engine.fail();
        assertThatThrownBy(() -> rollOut(NOTHING, prompt("a"), prompt("greedy", 2, 0, 1, 5)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the engine is down");
        assertThat(engine.batches()).as("the next batch is not started").containsExactly(List.of("a"));
    }
}
