package org.mtrljudge.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.model.input.JudgeTokenizer;
import org.mtrljudge.model.input.PromptEncoder;
import org.mtrljudge.tasks.source.DataCheck;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "check",
        description =
                "Reads a data.jsonl and encodes every example as training does. Shows counts, balance of labels, questions that"
                        + " are in several splits, and examples whose text or pictures the model cannot read. Exit code 1: there are"
                        + " such questions or examples.")
final class DataCheckCommand implements Callable<Integer> {
    private static final int SHOWN = 10;

    @Parameters(paramLabel = "FILE", description = "the data.jsonl to check")
    private Path file = Path.of(".");

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            description = "a preset or a checkpoint folder, whose limits of pictures count (default: ${DEFAULT-VALUE})")
    private String model = JudgeFolder.JUDGE_TINY;

    @Override
    public Integer call() {
        final DataCheck.Result result = check(JudgeFolder.named(model));
        result.counts()
                .forEach(count -> System.out.printf(
                        "%-12s %-24s %6d  %s, the most frequent %d%%%n",
                        count.split().lowerName(),
                        count.task(),
                        count.examples(),
                        count.answers(),
                        count.mostFrequentPercent()));
        tell(result.repeated(), "questions are in more than one split");
        tell(result.unreadable(), "examples cannot be read; training counts them as dead");
        return result.isClean() ? 0 : 1;
    }

    private DataCheck.Result check(final JudgeFolder folder) {
        try (JudgeTokenizer tokenizer = new JudgeTokenizer(folder.tokenizerJson())) {
            final PromptEncoder encoder = folder.promptEncoder(tokenizer);
            return DataCheck.of(file, (example, origin) -> {
                try {
                    encoder.encode(example.system(), example.prompt(), example.pictures(), origin);
                    return null;
                } catch (final ModelException e) {
                    return origin + ": " + e.getMessage();
                }
            });
        }
    }

    private static void tell(final List<String> found, final String what) {
        if (!found.isEmpty()) {
            System.out.println(found.size() + " " + what + ":");
            found.stream().limit(SHOWN).forEach(line -> System.out.println("  " + line));
        }
    }
}
