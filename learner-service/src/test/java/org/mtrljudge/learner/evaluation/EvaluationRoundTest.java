package org.mtrljudge.learner.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.mtrljudge.learner.event.Judgement;
import org.mtrljudge.learner.event.PromptIds;
import org.mtrljudge.learner.event.Stage;
import org.mtrljudge.learner.settings.EvaluationPlan;
import org.mtrljudge.learner.state.LearnerState;
import org.mtrljudge.learner.state.PastRun;
import org.mtrljudge.learner.topics.Exchange;
import org.mtrljudge.learner.topics.LearnerTopics;
import org.mtrljudge.learner.topics.ScoredReader;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.verdict.Label;

class EvaluationRoundTest {
    /** Task "a" with three examples: a-0, a-1 and a-2. The right verdict of each is yes. */
    private final ExampleSource source = new ExampleSource() {
        @Override
        public List<String> tasks(final Split split) {
            return List.of("a");
        }

        @Override
        public int size(final String task, final Split split) {
            return 3;
        }

        @Override
        public JudgeExample example(final String task, final Split split, final int index) {
            return new JudgeExample(
                    task + "-" + index, task, "?", List.of(), "yes", Label.of("yes", "no"), null, null, null);
        }
    };

    private final LearnerTopics topics = new LearnerTopics();
    private final List<Integer> progress = new ArrayList<>();

    /** Answers the prompts that were sent since the last poll, one verdict per prompt. The verdict "dead" refuses the prompt. */
    private void answerAtNextPoll(final String... verdicts) {
        topics.atNextPoll(() -> {
            final List<PromptRequest> asked = topics.asked();
            for (int i = 0; i < verdicts.length; i++) {
                final PromptRequest prompt = asked.get(asked.size() - verdicts.length + i);
                if (verdicts[i].equals("dead")) {
                    topics.refuse(prompt.getPromptId());
                } else {
                    topics.score(prompt, 4, verdicts[i]);
                }
            }
        });
    }

    private List<Judgement> test(final Exchange exchange, final EvaluationPlan plan) {
        return new EvaluationRound(exchange, source, tokens -> "")
                .run(plan, exampleId -> PromptIds.test(Stage.RL, exampleId), 4, progress::add);
    }

    @Test
    void shouldAskEveryExampleGreedilyWithinItsCreditAndJudgeAllAnswers() {
        // answers to the first two prompts; the third has no credit before them
        answerAtNextPoll("yes", "dead");
        answerAtNextPoll("no");
        final List<Judgement> judgements;
        try (Exchange exchange = topics.exchange(PastRun.none(LearnerState.fresh("")), 2)) {
            judgements = test(exchange, EvaluationPlan.greedy(source, Split.TEST, 16));
            assertThat(exchange.credit()).isEqualTo(2);
        }
        assertThat(topics.asked())
                .extracting(PromptRequest::getPromptId)
                .containsExactly("eval-rl-a-0", "eval-rl-a-1", "eval-rl-a-2");
        assertThat(topics.asked()).allSatisfy(prompt -> {
            assertThat(prompt.getPurpose()).isEqualTo(Purpose.EVAL);
            assertThat(prompt.getMinPolicyVersion()).isEqualTo(4);
            assertThat(prompt.getGroupSize()).isEqualTo(1);
            assertThat(prompt.getSampling().getTemperature()).isZero();
            assertThat(prompt.getSampling().getSeed()).isZero();
            assertThat(prompt.getSampling().getMaxNewTokens()).isEqualTo(16);
        });
        assertThat(judgements)
                .extracting(Judgement::id, Judgement::verdicts, Judgement::tokens)
                .containsExactlyInAnyOrder(
                        tuple("a-0", List.of("yes"), 2L), tuple("a-1", List.of(), 0L), tuple("a-2", List.of("no"), 2L));
        assertThat(progress).endsWith(3).isSorted();
    }

    @Test
    void shouldDrawTheSamplesOfEveryExampleAndPlanFromTheirOwnSeeds() {
        try (Exchange exchange = topics.exchange(PastRun.none(LearnerState.fresh("")), 3)) {
            for (final long seed : List.of(7L, 7L, 8L)) {
                answerAtNextPoll("yes", "yes", "yes");
                final String round = topics.asked().size() + "-";
                new EvaluationRound(exchange, source, tokens -> "")
                        .run(
                                new EvaluationPlan(Split.TEST, List.of("a"), 5, 0.7, seed, 16),
                                id -> PromptIds.evaluation(round + id),
                                4,
                                progress::add);
            }
        }
        final List<Long> seeds = topics.asked().stream()
                .map(prompt -> prompt.getSampling().getSeed())
                .toList();
        assertThat(seeds.subList(0, 3)).doesNotHaveDuplicates().isEqualTo(seeds.subList(3, 6));
        assertThat(seeds.subList(6, 9)).doesNotHaveDuplicates().doesNotContainAnyElementsOf(seeds.subList(0, 3));
        assertThat(topics.asked())
                .allMatch(prompt ->
                        prompt.getGroupSize() == 5 && prompt.getSampling().getTemperature() == 0.7);
    }

    /** The prompt was sent before a restart, and no journal entry says that it is dead. */
    @Test
    void shouldKeepAnAnswerToATrainingPromptForTraining() {
        topics.atNextPoll(() -> topics.refuse("train-7-x"));
        answerAtNextPoll("yes", "yes", "yes");
        try (Exchange exchange = topics.exchange(PastRun.none(LearnerState.fresh("")), 4)) {
            exchange.resume("train-7-x");
            assertThat(test(exchange, EvaluationPlan.greedy(source, Split.VALIDATION, 16)))
                    .hasSize(3);
            assertThat(exchange.credit())
                    .as("the training prompt still holds its credit")
                    .isEqualTo(3);
            assertThat(exchange.position(List.of()))
                    .as("after a restart the dead letter is read again")
                    .containsEntry(topics.topics.deadLetters().name(), List.of(0L));
            assertThat(exchange.answers())
                    .extracting(ScoredReader.Answer::promptId)
                    .containsExactly("train-7-x");
            assertThat(exchange.position(List.of()))
                    .containsEntry(topics.topics.deadLetters().name(), List.of(1L));
        }
    }

    /** As many prompts had died before a restart as may be outstanding. */
    @Test
    @Timeout(60)
    void shouldNotWaitForCreditThatDeadPromptsOfAnEarlierLifeHold() {
        topics.atNextPoll(() -> List.of("train-0-x", "train-1-x").forEach(topics::refuse));
        topics.atNextPoll(() -> topics.asked().forEach(prompt -> topics.score(prompt, 4, "yes")));
        answerRestAtNextPoll();
        try (Exchange exchange = topics.exchange(PastRun.none(LearnerState.fresh("")), 2)) {
            exchange.resume("train-0-x");
            exchange.resume("train-1-x");
            assertThat(test(exchange, EvaluationPlan.greedy(source, Split.VALIDATION, 16)))
                    .hasSize(3);
        }
    }

    private void answerRestAtNextPoll() {
        topics.atNextPoll(() -> topics.asked().stream().skip(2).forEach(prompt -> topics.score(prompt, 4, "yes")));
    }
}
