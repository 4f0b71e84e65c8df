package org.mtrljudge.standalone.score;

import java.util.List;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.generation.GeneratedCompletion;
import org.mtrljudge.model.input.EncodedPrompt;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.standalone.run.RunSettings;

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
        final AskedQuestion asked = AskedQuestion.of(question, settings.data().instructions());
        final EncodedPrompt encoded =
                judge.encode(asked.system(), asked.prompt(), question.pictures(), "question " + question.id());
        final List<GeneratedCompletion> completions = judge.generate(
                        List.of(encoded), samples, AskedQuestion.sampling(samples, settings.learner()), new long[] {
                            settings.learner().trainer().seed()
                        })
                .get(0);
        return asked.answer(completions);
    }

    @Override
    public void close() {
        judge.close();
    }
}
