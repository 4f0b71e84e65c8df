package org.mtrljudge.learner;

import java.util.List;
import java.util.Map;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.Sampling;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.Split;

/** Asks every example of a split once, greedily, through the same actors and rewards as training. */
final class TestRound {
    private static final Map<String, Double> NO_METRICS = Map.of();
    private final LearnerSettings settings;
    private final Exchange exchange;
    private final ExampleSource source;
    private final TrainingListener listener;

    TestRound(
            final LearnerSettings settings,
            final Exchange exchange,
            final ExampleSource source,
            final TrainingListener listener) {
        this.settings = settings;
        this.exchange = exchange;
        this.source = source;
        this.listener = listener;
    }

    /** @param stage names the round in prompt ids and progress: base, warmup, rl */
    Evaluation run(final String stage, final int version, final Split split) {
        final List<String> tasks = source.tasks(split);
        final int total = tasks.stream().mapToInt(t -> source.size(t, split)).sum();
        final String phase = split.lowerName() + " " + stage;
        listener.phaseStarted(phase, total);
        final Evaluation evaluation = new Evaluation();
        int task = 0;
        int index = 0;
        int done = 0;
        while (done < total) {
            while (exchange.credit() > 0 && task < tasks.size()) {
                if (index == source.size(tasks.get(task), split)) {
                    task++;
                    index = 0;
                } else {
                    ask(stage, version, split, tasks.get(task), index++);
                }
            }
            exchange.flush();
            for (final ScoredReader.Answer answer : exchange.answers()) {
                exchange.release(answer.promptId());
                done++;
                if (answer instanceof ScoredReader.Answer.Scored scored) {
                    evaluation.add(scored.group());
                }
            }
            listener.progressed(phase, done, NO_METRICS);
        }
        listener.phaseEnded(phase);
        return evaluation;
    }

    private void ask(final String stage, final int version, final Split split, final String task, final int index) {
        final var example = source.example(task, split, index);
        final Sampling greedy = new Sampling(0.0, 1.0, settings.data().maxResponseLength(), 0L);
        exchange.ask(
                PromptWriter.request("eval-" + stage + "-" + example.id(), example, 1, greedy, Purpose.EVAL, version));
    }
}
