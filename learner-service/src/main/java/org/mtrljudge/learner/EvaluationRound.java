package org.mtrljudge.learner;

import java.util.List;
import java.util.function.IntConsumer;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.Sampling;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.Split;

/** Asks every example of a split once, greedily, through the same actors and rewards as training. */
final class TestRound {
    private final LearnerSettings settings;
    private final Exchange exchange;
    private final ExampleSource source;

    TestRound(final LearnerSettings settings, final Exchange exchange, final ExampleSource source) {
        this.settings = settings;
        this.exchange = exchange;
        this.source = source;
    }

    /** How many prompts a round asks. */
    int size(final Split split) {
        return source.tasks(split).stream().mapToInt(t -> source.size(t, split)).sum();
    }

    /**
     * Asks them all; nothing else may be outstanding.
     *
     * @param stage names the round in prompt ids: base, warmup, rl, rl-40
     * @param progress is told how many are answered
     */
    Evaluation run(final String stage, final int version, final Split split, final IntConsumer progress) {
        final List<String> tasks = source.tasks(split);
        final int total = size(split);
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
            progress.accept(done);
        }
        return evaluation;
    }

    private void ask(final String stage, final int version, final Split split, final String task, final int index) {
        final var example = source.example(task, split, index);
        final Sampling greedy = new Sampling(0.0, 1.0, settings.data().maxResponseLength(), 0L);
        exchange.ask(PromptWriter.request(
                "eval-" + stage + "-" + example.id(), example, 1, greedy, Purpose.EVAL, version, null));
    }
}
