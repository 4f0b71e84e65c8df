package org.mtrljudge.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.standalone.run.RunSettings;
import org.mtrljudge.standalone.score.Answer;
import org.mtrljudge.standalone.score.Question;
import org.mtrljudge.standalone.score.Scorer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "score",
        description =
                "Judges pictures with a trained model: verdict, reasoning and confidence (the share of samples with this verdict)."
                        + " Needs no broker.")
final class ScoreCommand implements Callable<Integer> {
    @Mixin
    private RunOptions options = new RunOptions();

    @Mixin
    private ModelOption model = new ModelOption();

    @Option(names = "--task", paramLabel = "TASK", description = "a built-in or published task: its prompt is used")
    private @Nullable String task;

    @Option(
            names = "--image",
            paramLabel = "FILE",
            description = "a picture of the task; repeat the option for each picture, in order")
    private List<Path> images = new ArrayList<>();

    @Option(
            names = "--text",
            paramLabel = "TEXT",
            description = "the text in the prompt of the task, if the prompt has a place for a text")
    private String text = "";

    @Option(
            names = "--batch",
            paramLabel = "FILE",
            description =
                    "a file of many questions instead of one: JSON lines of task, text, images (paths relative to the file) and optionally id;"
                            + " or those of a data.jsonl, with prompt, and labels or verdict")
    private @Nullable Path batch;

    @Option(names = "--samples", paramLabel = "K", description = "completions per question (default: ${DEFAULT-VALUE})")
    private int samples = 8;

    @Option(names = "--json", description = "prints answers as JSON lines; --batch always does")
    private boolean json;

    @Override
    public Integer call() {
        if (samples < 1 || samples > 1024) {
            throw new UsageException("--samples is " + samples + ", allowed is 1 to 1024");
        }
        if ((task == null) == (batch == null)) {
            throw new UsageException("give either --task with --image, or --batch FILE");
        }
        final RunSettings settings = model.settings(options);
        try (Scorer scorer = new Scorer(settings, samples)) {
            if (batch == null) {
                final Answer answer = scorer.answer(new Question("1", String.valueOf(task), text, images));
                System.out.println(json ? answer.toJson() : answer.toTable());
            } else {
                Question.readAll(
                        batch,
                        question -> System.out.println(scorer.answer(question).toJson()));
            }
        }
        return 0;
    }
}
