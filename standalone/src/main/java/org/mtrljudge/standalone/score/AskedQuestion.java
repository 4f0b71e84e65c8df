package org.mtrljudge.standalone.score;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.settings.LearnerSettings;
import org.mtrljudge.model.generation.GeneratedCompletion;
import org.mtrljudge.model.generation.Sampling;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.PromptTemplate;
import org.mtrljudge.tasks.builtin.BuiltInTasks;
import org.mtrljudge.tasks.metrics.Verdict;
import org.mtrljudge.tasks.source.Instructions;
import org.mtrljudge.tasks.verdict.Label;
import org.mtrljudge.tasks.verdict.VerdictParser;
import org.mtrljudge.tasks.verdict.VerdictType;

/** A question as the judge is asked it, and what its completions answer. */
public final class AskedQuestion {
    private final JudgeExample example;

    private AskedQuestion(final JudgeExample example) {
        this.example = example;
    }

    /**
     * Asks a question as the examples of a run are asked.
     *
     * @throws UsageException when there is no such task, or its prompt shows another number of pictures
     */
    public static AskedQuestion of(final Question question, final Instructions instructions) {
        final Question.Own own = question.own() == null ? built(question) : question.own();
        final int wanted = own.prompt().split("<image>", -1).length - 1;
        if (wanted != question.images().size()) {
            throw new UsageException("the task " + question.task() + " shows " + wanted + " pictures, but "
                    + question.images().size() + " were given");
        }
        // an example whose answer nobody knows
        return new AskedQuestion(instructions.ask(new JudgeExample(
                question.id(), question.task(), own.prompt(), List.of(), "", own.type(), null, null, null)));
    }

    private static Question.Own built(final Question question) {
        final PromptTemplate template = template(question.task());
        final VerdictType builtIn = BuiltInTasks.verdictTypeOf(question.task());
        return new Question.Own(
                template.fill(question.text()), builtIn == null ? labels(question.task(), template) : builtIn);
    }

    private static VerdictType labels(final String task, final PromptTemplate template) {
        try {
            return new Label(template.labels());
        } catch (final IllegalStateException e) {
            throw new UsageException("the prompt of the task " + task
                    + " does not say which labels may be answered: give 'prompt' with 'labels' or 'verdict'");
        }
    }

    private static PromptTemplate template(final String task) {
        try {
            return PromptTemplate.resource(task);
        } catch (final IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    /** How a question is sampled: one completion is the most likely one, several are drawn as in training. */
    public static Sampling sampling(final int samples, final LearnerSettings settings) {
        final double temperature = samples == 1 ? 0 : settings.rollout().temperature();
        return new Sampling(temperature, 1, settings.data().maxResponseLength());
    }

    public @Nullable String system() {
        return example.system();
    }

    /** The turn of the user, with one {@code <image>} per picture. */
    public String prompt() {
        return example.prompt();
    }

    /** The verdict of most completions. */
    public Answer answer(final List<GeneratedCompletion> completions) {
        final VerdictType type = example.verdictType();
        final List<@Nullable String> verdicts = new ArrayList<>();
        completions.forEach(c -> verdicts.add(
                c.finished()
                        ? VerdictParser.parse(c.text(), type, example.reading()).verdict()
                        : null));
        final String verdict = Verdict.of(verdicts, type);
        final List<@Nullable String> labels = Verdict.labels(verdicts, type);
        return new Answer(
                example.id(),
                example.task(),
                verdict,
                verdict == null ? 0 : Verdict.agreement(labels),
                completions.size(),
                completions.get(Math.max(0, labels.indexOf(verdict))).text());
    }
}
