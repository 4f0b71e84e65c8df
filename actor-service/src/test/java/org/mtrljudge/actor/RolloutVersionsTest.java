package org.mtrljudge.actor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;
import org.mtrljudge.actor.engine.GenerationEngine;
import org.mtrljudge.actor.engine.Policy;
import org.mtrljudge.model.generation.GeneratedCompletion;
import org.mtrljudge.model.generation.GeneratedCompletion.Span;
import org.mtrljudge.model.generation.Sampling;
import org.mtrljudge.schemas.Completion;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.VersionSpan;
import org.mtrljudge.schemas.policy.PolicyFetcher;

/** The versions that a group names, and training prompts that cannot be learned from. */
class RolloutVersionsTest {
    private static Policy policy(final int version) {
        return new Policy(version, "digest-" + version, new PolicyFetcher.Weights.InMemory(ByteBuffer.allocate(0)));
    }

    private static PromptRequest prompt(final Purpose purpose, final double topP) {
        return new PromptRequest(
                "p",
                "alignment",
                "a ball?",
                List.of(),
                "yes",
                List.of("yes", "no"),
                2,
                new org.mtrljudge.schemas.Sampling(1.0, topP, 8, 1L),
                purpose,
                0,
                null,
                null,
                null,
                null);
    }

    /** An engine that only asks for newer weights and returns completions with these spans. */
    private static GenerationEngine engine(final Function<IntSupplier, List<List<Span>>> drawing) {
        return new GenerationEngine() {
            @Override
            public void use(final Policy policy) {}

            @Override
            public List<Result> generate(
                    final List<PromptRequest> prompts,
                    final int groupSize,
                    final Sampling sampling,
                    final IntSupplier beforePiece) {
                final List<GeneratedCompletion> completions = drawing.apply(beforePiece).stream()
                        .map(spans -> new GeneratedCompletion(new int[] {1}, new float[] {0}, "", true, spans))
                        .toList();
                return List.of(new Result.Group(prompts.get(0), 9, completions));
            }

            @Override
            public void close() {}
        };
    }

    /** A group whose weights become newer at each look, from version 3 on. */
    private static RolloutGroup groupOf(final Function<IntSupplier, List<List<Span>>> drawing) {
        final RolloutMaker maker = new RolloutMaker(engine(drawing), "a", Clock.systemUTC());
        maker.use(policy(2));
        maker.use(policy(3));
        final int[] next = {4};
        final var outcomes = maker.rollOut(List.of(prompt(Purpose.TRAIN, 1.0)), () -> maker.use(policy(next[0]++)));
        return ((RolloutMaker.Outcome.Rolled) outcomes.get(0)).group();
    }

    @Test
    void shouldNameTheOldestVersionOfAllCompletionsWithItsDigest() {
        final RolloutGroup group = groupOf(before -> {
            final int first = before.getAsInt();
            final int second = before.getAsInt();
            return List.of(List.of(new Span(second, 8)), List.of(new Span(first, 4), new Span(second, 4)));
        });
        assertThat(group.getPolicyVersion()).isEqualTo(4);
        assertThat(group.getPolicyDigest()).isEqualTo("digest-4");
        assertThat(group.getCompletions().get(0).getVersions())
                .as("newer than the group's, so it must be named")
                .containsExactly(new VersionSpan(5, 8));
        assertThat(group.getCompletions().get(1).getVersions())
                .containsExactly(new VersionSpan(4, 4), new VersionSpan(5, 4));
    }

    @Test
    void shouldNameTheVersionOfAGroupThatBeganLater() {
        final RolloutGroup group = groupOf(before -> {
            before.getAsInt();
            final int second = before.getAsInt();
            return List.of(List.of(new Span(second, 8)), List.of(new Span(second, 6)));
        });
        assertThat(group.getPolicyVersion()).isEqualTo(5);
        assertThat(group.getPolicyDigest()).isEqualTo("digest-5");
        assertThat(group.getCompletions()).extracting(Completion::getVersions).containsOnlyNulls();
    }

    @Test
    void shouldRefuseATrainingPromptThatCutsTheDistribution() {
        final RolloutMaker maker =
                new RolloutMaker(engine(before -> List.of(List.of(new Span(0, 1)))), "a", Clock.systemUTC());
        maker.use(policy(0));
        assertThat(maker.rollOut(List.of(prompt(Purpose.TRAIN, 0.9)), () -> {}))
                .singleElement()
                .isInstanceOfSatisfying(
                        RolloutMaker.Outcome.Refused.class,
                        refused -> assertThat(refused.reason())
                                .contains("top_p of a training prompt is 0.9, allowed is 1"));
        assertThat(maker.rollOut(List.of(prompt(Purpose.EVAL, 0.9)), () -> {}))
                .singleElement()
                .isInstanceOf(RolloutMaker.Outcome.Rolled.class);
    }
}
