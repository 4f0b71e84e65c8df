package org.mtrljudge.tasks.builtin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.scene.Claim;
import org.mtrljudge.tasks.scene.Distortion;
import org.mtrljudge.tasks.scene.Kind;
import org.mtrljudge.tasks.scene.Oddity;
import org.mtrljudge.tasks.scene.Picture;
import org.mtrljudge.tasks.scene.Place;
import org.mtrljudge.tasks.scene.Scene;
import org.mtrljudge.tasks.scene.SceneObject;
import org.mtrljudge.tasks.scene.SceneSampler;
import org.mtrljudge.tasks.scene.Tint;
import org.mtrljudge.tasks.verdict.VerdictParser;

class BuiltInTasksTest {
    private static final int SIZE = 120;
    private static final List<YesNoTask> TRAINED = List.of(
            new Alignment(), new Preference(), new Safety(), new Technical(), new Rationality(), new Naturalness());
    private final BuiltInTasks tasks = new BuiltInTasks(1, SIZE, 10, 30);

    @Test
    void shouldTrainSixTasksAndHoldTwoOut() {
        assertThat(tasks.tasks(Split.TRAIN))
                .containsExactly("alignment", "preference", "safety", "technical", "rationality", "naturalness");
        assertThat(tasks.tasks(Split.TEST))
                .containsAll(tasks.tasks(Split.TRAIN))
                .contains("pair-alignment", "pair-safety")
                .hasSize(8);
    }

    @Test
    void shouldBalanceLabelsAndDemonstrateTheRightVerdictInTheWantedFormat() {
        for (final String task : tasks.tasks(Split.TRAIN)) {
            final Set<String> demonstrations = new HashSet<>();
            int yes = 0;
            for (int i = 0; i < SIZE; i++) {
                final JudgeExample example = tasks.example(task, Split.TRAIN, i);
                final var verdict = VerdictParser.parse(example.demonstration(), example.verdictType());
                assertThat(verdict.wellFormed()).as(example.demonstration()).isTrue();
                assertThat(verdict.verdict()).isEqualTo(example.answer());
                demonstrations.add(example.demonstration());
                yes += example.answer().equals("yes") ? 1 : 0;
            }
            assertThat(yes).isEqualTo(SIZE / 2);
            // the task technical has only ten different demonstrations, because a picture has only ten looks
            assertThat(demonstrations).as(task).hasSizeGreaterThan(task.equals("technical") ? 5 : SIZE / 4);
        }
    }

    @Test
    @Timeout(60)
    void shouldAskForVerdictsOfOtherTypes() {
        final BuiltInTasks typed =
                new BuiltInTasks(1, SIZE, 10, 30, List.of("score", "pair", "rank", "rubric"), BuiltInTasks.heldOut());
        assertThat(typed.tasks(Split.TRAIN))
                .containsExactly("sharpness", "clutter", "sharpness-pair", "match-rank", "picture-rubric")
                .isEqualTo(typed.tasks(Split.TEST));
        for (final String task : typed.tasks(Split.TRAIN)) {
            final Map<String, Integer> answers = new TreeMap<>();
            for (int i = 0; i < SIZE; i++) {
                final JudgeExample example = typed.example(task, Split.TRAIN, i);
                assertThat(example.verdictType().readReference(example.answer()))
                        .isEqualTo(example.answer());
                final var verdict = VerdictParser.parse(example.demonstration(), example.verdictType());
                assertThat(verdict.wellFormed()).as(example.demonstration()).isTrue();
                assertThat(verdict.verdict()).isEqualTo(example.answer());
                assertThat(example.prompt().split("<image>", -1))
                        .hasSize(example.images().size() + 1);
                answers.merge(example.answer(), 1, Integer::sum);
            }
            switch (task) {
                case "sharpness" ->
                    assertThat(answers)
                            .hasSize(5)
                            .allSatisfy((answer, n) -> assertThat(n).isEqualTo(SIZE / 5));
                case "sharpness-pair" ->
                    assertThat(answers)
                            .hasSize(3)
                            .allSatisfy((answer, n) -> assertThat(n).isEqualTo(SIZE / 3));
                case "match-rank" ->
                    assertThat(answers)
                            .hasSize(6)
                            .allSatisfy((answer, n) -> assertThat(n).isEqualTo(SIZE / 6));
                case "clutter" ->
                    assertThat(answers)
                            .hasSize(9)
                            .allSatisfy((answer, n) -> assertThat(n).isBetween(SIZE / 9, SIZE / 9 + 1));
                default ->
                    assertThat(answers.entrySet().stream()
                                    .filter(answer -> answer.getKey().endsWith("; yes"))
                                    .mapToInt(Map.Entry::getValue)
                                    .sum())
                            .isEqualTo(SIZE / 2);
            }
        }
        for (final Split split : List.of(Split.VALIDATION, Split.TEST)) {
            typed.tasks(split)
                    .forEach(task -> IntStream.range(0, typed.size(task, split))
                            .forEach(i -> assertThat(
                                            typed.example(task, split, i).answer())
                                    .isNotBlank()));
        }
        assertThatThrownBy(() -> new BuiltInTasks(1, 1, 1, 1, List.of("stars"), List.of()))
                .hasMessage("data.verdicts is 'stars', allowed is label, pair, rank, rubric, score");
    }

    @Test
    void shouldRenderTheSameBytesOnlyForTheSamePosition() throws IOException {
        for (final String task : tasks.tasks(Split.TEST)) {
            final JudgeExample example = tasks.example(task, Split.TEST, 7);
            assertThat(new BuiltInTasks(1, SIZE, 10, 30)
                            .example(task, Split.TEST, 7)
                            .pictures())
                    .usingRecursiveComparison()
                    .isEqualTo(example.pictures());
            assertThat(tasks.example(task, Split.TEST, 8).pictures().get(0))
                    .isNotEqualTo(example.pictures().get(0));
            assertThat(example.prompt().split("<image>", -1))
                    .hasSize(example.images().size() + 1);
            final var image =
                    ImageIO.read(new ByteArrayInputStream(example.pictures().get(0)));
            assertThat(image.getWidth()).isEqualTo(96);
            assertThat(image.getHeight()).isEqualTo(96);
            assertThat(example.pictures()).allSatisfy(p -> assertThat(p.length).isLessThan(32 << 10));
        }
    }

    @Test
    void shouldNeverShowATestSceneInTraining() {
        final Set<Integer> train = contents(Split.TRAIN);
        final Set<Integer> test = contents(Split.TEST);
        final Set<Integer> validation = contents(Split.VALIDATION);
        assertThat(train).doesNotContainAnyElementsOf(test).doesNotContainAnyElementsOf(validation);
        assertThat(test).doesNotContainAnyElementsOf(validation);
    }

    /** The content hashes of the scenes of every trained task. For an odd scene, it is the hash before the oddity was added. */
    private static Set<Integer> contents(final Split split) {
        final Set<Integer> hashes = new HashSet<>();
        for (final YesNoTask task : TRAINED) {
            IntStream.range(0, 300).forEach(i -> {
                final SceneSampler draw = new SceneSampler(new SplittableRandom(i), split);
                for (final Picture picture :
                        task.draw(draw, i % 2 == 0, 1 + i % 3).pictures()) {
                    hashes.add(picture.scene().contentHash());
                }
            });
        }
        return hashes;
    }

    @Test
    void shouldLabelByConstruction() {
        for (int i = 0; i < 300; i++) {
            final boolean positive = i % 2 == 0;
            final SceneSampler draw = new SceneSampler(new SplittableRandom(i), Split.TRAIN);
            final int difficulty = 1 + i % 3;
            assertThat(sound(new Technical().draw(draw, positive, difficulty))).isEqualTo(positive);
            assertThat(possible(new Rationality().draw(draw, positive, difficulty)))
                    .isEqualTo(positive);
            assertThat(safe(new Safety().draw(draw, positive, difficulty))).isEqualTo(positive);
            final BuiltInTask.Case natural = new Naturalness().draw(draw, positive, difficulty);
            assertThat(sound(natural) && possible(natural)).isEqualTo(positive);
        }
    }

    private static boolean sound(final BuiltInTask.Case drawn) {
        return drawn.pictures().get(0).distortion() == Distortion.NONE;
    }

    private static boolean possible(final BuiltInTask.Case drawn) {
        return drawn.pictures().get(0).scene().objects().stream().allMatch(o -> o.oddity() == Oddity.NONE);
    }

    private static boolean safe(final BuiltInTask.Case drawn) {
        return drawn.pictures().get(0).scene().objects().stream()
                .noneMatch(o -> o.kind().harmful());
    }

    @Test
    void shouldKnowWhichClaimsFit() {
        final Scene scene = new Scene(
                List.of(
                        new SceneObject(Kind.BALL, Tint.RED, Place.LEFT),
                        new SceneObject(Kind.BALL, Tint.BLUE, Place.RIGHT)),
                true);
        assertThat(new Claim.Shows(Tint.RED, Kind.BALL).fits(scene)).isTrue();
        assertThat(new Claim.Shows(Tint.GREEN, Kind.BALL).fits(scene)).isFalse();
        assertThat(new Claim.ShowsAt(Tint.RED, Kind.BALL, Place.RIGHT).fits(scene))
                .isFalse();
        assertThat(new Claim.Counts(2, Kind.BALL).fits(scene)).isTrue();
        assertThat(new Claim.Counts(1, Kind.BALL).fits(scene)).isFalse();
        assertThat(new Claim.Counts(2, Kind.BOX).text()).isEqualTo("two boxes");
        assertThat(new Claim.Both(new Claim.Shows(Tint.RED, Kind.BALL), new Claim.Shows(Tint.BLUE, Kind.BOX))
                        .fits(scene))
                .isFalse();
    }

    @Test
    void shouldAnswerAClaimInItsOwnWordsIfAndOnlyIfItFits() {
        for (int i = 0; i < 2000; i++) {
            final SceneSampler draw = new SceneSampler(new SplittableRandom(i), Split.TRAIN);
            final Scene scene = draw.draw(1 + i % 3, Kind.HARMLESS);
            final Claim claim = Claim.about(scene, i % 2 == 0, Kind.HARMLESS, draw);
            assertThat(claim.fits(scene)).isEqualTo(i % 2 == 0);
            assertThat(claim.answerOf(scene).equals(claim.text())).isEqualTo(i % 2 == 0);
        }
    }

    /** The first answer in the only other words for it. */
    @Test
    void shouldAskHeldOutTasksInOtherWords() {
        final BuiltInTasks reworded =
                new BuiltInTasks(1, 1, 1, 30, List.of("label"), List.of("pair-second", "alignment-true"));
        assertThat(reworded.tasks(Split.TRAIN)).hasSize(6);
        assertThat(reworded.tasks(Split.TEST)).hasSize(8).endsWith("pair-second", "alignment-true");
        for (int i = 0; i < 30; i++) {
            final SceneSampler draw = new SceneSampler(new SplittableRandom(i), Split.TEST);
            final var second = new Reworded("second", new PairAlignment(), YesNoTask.YES_NO, true).draw(draw, i);
            final var first = new PairAlignment()
                    .draw(new SceneSampler(new SplittableRandom(i), Split.TEST), i % 2 != 0, 1 + i / 2 % 3);
            assertThat(second.answer()).isEqualTo(i % 2 == 0 ? "yes" : "no");
            assertThat(second.asked().text()).isEqualTo(first.text());
            assertThat(second.asked().pictures().get(0).scene())
                    .as("yes is the second picture: the cases of the other question whose answer is no")
                    .isEqualTo(first.pictures().get(0).scene());
            assertThat(reworded.example("alignment-true", Split.TEST, i).answer())
                    .isEqualTo(i % 2 == 0 ? "true" : "false");
            assertThat(reworded.example("alignment-true", Split.TEST, i).labels())
                    .containsExactly("true", "false");
        }
        assertThatThrownBy(() -> new BuiltInTasks(1, 1, 1, 1, List.of("label"), List.of("safety")))
                .hasMessageStartingWith("data.held_out is 'safety', allowed is pair-alignment, ");
    }

    @Test
    void shouldPutTheBetterImageFirstAsOftenAsSecond() {
        int first = 0;
        for (int i = 0; i < 30; i++) {
            final JudgeExample example = tasks.example("pair-safety", Split.TEST, i);
            first += example.answer().equals("yes") ? 1 : 0;
            assertThat(example.images()).hasSize(2);
            assertThat(example.demonstration()).isNull();
        }
        assertThat(first).isEqualTo(15);
    }
}
