package org.mtrljudge.standalone.experiment;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.event.JournalKind;
import org.mtrljudge.learner.event.PromptIds;
import org.mtrljudge.learner.event.Stage;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.TrainingStep;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.TopicScan;
import org.mtrljudge.standalone.experiment.report.CellFigures;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.metrics.MacroF1;

/** Reads the figures of a run from its topics only: the journal, and the answers to test and validation prompts in {@code RUN.scored}. */
public final class CellReader {
    private final Questions test;
    private final Questions validation;

    /** @param source the examples on which all runs of the experiment are tested */
    public CellReader(final ExampleSource source) {
        this.test = new Questions(source, Split.TEST);
        this.validation = new Questions(source, Split.VALIDATION);
    }

    /** The parts of an answer that a report uses. */
    private record Answer(int version, @Nullable String verdict, int wellFormed, long tokens) {
        static final Answer NONE = new Answer(-1, null, 0, 0);

        static Answer of(final ScoredGroup group) {
            final CompletionScore score = group.getScores().get(0);
            final boolean wellFormed = score.getComponents().getOrDefault("format", 0.0) == 1;
            final long bytes =
                    group.getRollout().getCompletions().get(0).getTokens().remaining();
            return new Answer(
                    group.getRollout().getPolicyVersion(),
                    score.getVerdict(),
                    wellFormed ? 1 : 0,
                    bytes / Integer.BYTES);
        }

        /** A prompt with two answers counts once. An evaluation that was repeated with newer weights replaces the first one. */
        static Answer newer(final Answer first, final Answer second) {
            return second.version > first.version ? second : first;
        }
    }

    /** The stage and the step after which a validation ran, in order of time. */
    private record Place(Stage stage, int step) implements Comparable<Place> {
        @Override
        public int compareTo(final Place other) {
            final int byStage = stage.compareTo(other.stage);
            return byStage != 0 ? byStage : Integer.compare(step, other.step);
        }
    }

    /** The content of one log while it is read. */
    private final class Log {
        private final Map<Stage, Map<String, Answer>> tested = new EnumMap<>(Stage.class);
        private final SortedMap<Place, Map<String, Answer>> validated = new TreeMap<>();
        private long lastMs;

        /** Adds a group. */
        void add(final ScoredGroup group) {
            lastMs = Math.max(lastMs, group.getRollout().getStartedAtMs());
            final String promptId = group.getRollout().getPrompt().getPromptId();
            if (group.getRollout().getPrompt().getPurpose() != Purpose.EVAL) {
                return;
            }
            for (final Stage stage : Stage.values()) {
                final String id = PromptIds.testedExample(promptId, stage).orElse("");
                if (test.named(id) != null) {
                    tested.computeIfAbsent(stage, s -> new HashMap<>()).merge(id, Answer.of(group), Answer::newer);
                    return;
                }
            }
            PromptIds.validatedExample(promptId)
                    .ifPresent(asked -> validated(new Place(asked.stage(), asked.step()), asked.exampleId(), group));
        }

        private void validated(final Place place, final String id, final ScoredGroup group) {
            if (validation.named(id) != null) {
                validated.computeIfAbsent(place, p -> new TreeMap<>()).merge(id, Answer.of(group), Answer::newer);
            }
        }

        Map<String, Map<String, CellFigures.Tested>> tests() {
            final Map<String, Map<String, CellFigures.Tested>> tests = new LinkedHashMap<>();
            for (final Stage stage : Stage.values()) {
                final Map<String, Answer> answers = tested.get(stage);
                if (answers == null) {
                    continue;
                }
                final Map<String, CellFigures.Tested> tasks = new LinkedHashMap<>();
                test.byTask().forEach((task, questions) -> tasks.put(task, tested(questions, answers)));
                tests.put(stage.key(), tasks);
            }
            return tests;
        }

        List<CellFigures.Validation> validations() {
            final List<CellFigures.Validation> all = new ArrayList<>();
            validated.forEach((place, answers) -> {
                final SortedMap<String, Double> macroF1 = new TreeMap<>();
                validation.byTask().forEach((task, questions) -> {
                    // a run on some tasks validates only these
                    if (questions.stream().anyMatch(question -> answers.containsKey(question.id()))) {
                        macroF1.put(task, macroF1(questions, answers));
                    }
                });
                all.add(new CellFigures.Validation(place.stage.key(), place.step, macroF1));
            });
            return all;
        }
    }

    private static double macroF1(final List<Questions.Question> questions, final Map<String, Answer> answers) {
        final MacroF1 counts = new MacroF1(questions.get(0).labels());
        for (final Questions.Question question : questions) {
            // a dead-lettered prompt counts as a wrong answer
            counts.add(question.reference(), answers.getOrDefault(question.id(), Answer.NONE).verdict);
        }
        return counts.value();
    }

    private static CellFigures.Tested tested(
            final List<Questions.Question> questions, final Map<String, Answer> answers) {
        final List<String> references = new ArrayList<>();
        final List<@Nullable String> verdicts = new ArrayList<>();
        int wellFormed = 0;
        long tokens = 0;
        for (final Questions.Question question : questions) {
            // a dead-lettered prompt counts as a wrong answer
            final Answer answer = answers.getOrDefault(question.id(), Answer.NONE);
            references.add(question.reference());
            verdicts.add(answer.verdict);
            wellFormed += answer.wellFormed;
            tokens += answer.tokens;
        }
        final List<String> labels =
                questions.isEmpty() ? List.of() : questions.get(0).labels();
        final List<@Nullable String> pairIds =
                questions.stream().map(Questions.Question::pairId).toList();
        return new CellFigures.Tested(
                labels,
                references,
                verdicts,
                pairIds.stream().allMatch(Objects::isNull) ? null : pairIds,
                wellFormed,
                tokens);
    }

    /** @param clients the Kafka clients of the run */
    public CellFigures read(final KafkaClients clients) {
        final Log log = new Log();
        try (TopicScan<ScoredGroup> scan = clients.scan(clients.topics().scored())) {
            while (!scan.done()) {
                scan.next().forEach(entry -> log.add(entry.value()));
            }
        }
        final SortedMap<Integer, SortedMap<String, Double>> rlSteps = new TreeMap<>();
        int sftSteps = 0;
        long firstMs = Long.MAX_VALUE;
        try (TopicScan<TrainingStep> scan = clients.scan(clients.topics().journal())) {
            for (final TopicScan.Entry<TrainingStep> entry : scan.rest()) {
                final TrainingStep step = entry.value();
                firstMs = Math.min(firstMs, step.getWrittenAtMs());
                if (JournalKind.RL.isOf(step)) {
                    rlSteps.put(step.getStep(), new TreeMap<>(step.getMetrics()));
                } else if (JournalKind.WARMUP.isOf(step)) {
                    sftSteps = Math.max(sftSteps, step.getStep());
                }
            }
        }
        final double seconds = Math.max(0, log.lastMs - firstMs) / 1000.0;
        return new CellFigures(log.tests(), log.validations(), rlSteps, sftSteps, seconds);
    }
}
