package org.mtrljudge.standalone.score;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.generation.GeneratedCompletion;
import org.mtrljudge.model.generation.Sampling;
import org.mtrljudge.model.input.EncodedPrompt;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.standalone.run.RunSettings;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.PromptTemplate;
import org.mtrljudge.tasks.builtin.BuiltInTasks;
import org.mtrljudge.tasks.metrics.Verdict;
import org.mtrljudge.tasks.verdict.Label;
import org.mtrljudge.tasks.verdict.VerdictParser;
import org.mtrljudge.tasks.verdict.VerdictType;

/** Answers questions with the model of the settings. It asks several times and takes the majority. */
public final class Scorer implements AutoCloseable {
    private final RunSettings settings;
    private final int samples;
    private final JudgeModel judge;

    /** @param samples completions per question; one completion is generated greedily */
    public Scorer(final RunSettings settings, final int samples) {
        this.settings = settings;
        this.samples = samples;
        this.judge = JudgeModel.load(settings.folder(), settings.modelOptions());
    }

    /** @throws UsageException when there is no such task, or the pictures do not fit its prompt */
    public Answer answer(final Question question) {
        final JudgeExample asked = settings.data().instructions().ask(example(question));
        final EncodedPrompt encoded =
                judge.encode(asked.system(), asked.prompt(), question.pictures(), "question " + question.id());
        final double temperature =
                samples == 1 ? 0 : settings.learner().rollout().temperature();
        final List<GeneratedCompletion> completions = judge.generate(
                        List.of(encoded),
                        samples,
                        new Sampling(temperature, 1, settings.learner().data().maxResponseLength()),
                        new long[] {settings.learner().trainer().seed()})
                .get(0);
        final VerdictType type = asked.verdictType();
        final List<@Nullable String> verdicts = new ArrayList<>();
        completions.forEach(c -> verdicts.add(
                c.finished()
                        ? VerdictParser.parse(c.text(), type, asked.reading()).verdict()
                        : null));
        final String verdict = Verdict.of(verdicts, type);
        final List<@Nullable String> labels = Verdict.labels(verdicts, type);
        return new Answer(
                question.id(),
                question.task(),
                verdict,
                verdict == null ? 0 : Verdict.agreement(labels),
                samples,
                completions.get(Math.max(0, labels.indexOf(verdict))).text());
    }

    /** The question as an example whose answer nobody knows. */
    private static JudgeExample example(final Question question) {
        final Question.Own own = question.own() == null ? built(question) : question.own();
        final int wanted = own.prompt().split("<image>", -1).length - 1;
        if (wanted != question.images().size()) {
            throw new UsageException("the task " + question.task() + " shows " + wanted + " pictures, but "
                    + question.images().size() + " were given");
        }
        return new JudgeExample(
                question.id(), question.task(), own.prompt(), List.of(), "", own.type(), null, null, null);
    }

    private static Question.Own built(final Question question) {
        final PromptTemplate template = template(question.task());
        final VerdictType builtIn = BuiltInTasks.verdictTypeOf(question.task());
        return new Question.Own(
                template.fill(question.text()), builtIn == null ? new Label(template.labels()) : builtIn);
    }

    private static PromptTemplate template(final String task) {
        try {
            return PromptTemplate.resource(task);
        } catch (final IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void close() {
        judge.close();
    }
}
