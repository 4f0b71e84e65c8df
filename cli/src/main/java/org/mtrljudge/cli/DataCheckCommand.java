package org.mtrljudge.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.model.input.ImageProcessor;
import org.mtrljudge.model.input.PromptEncoder;
import org.mtrljudge.tasks.source.DataCheck;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "check",
        description =
                "Reads a data.jsonl as training does, and decodes every picture. Shows counts, balance of labels, questions that"
                        + " are in several splits, pictures that cannot be read, and texts that a model refuses. Exit code 1:"
                        + " there are such questions, pictures or texts.")
final class DataCheckCommand implements Callable<Integer> {
    private static final int SHOWN = 10;

    @Parameters(paramLabel = "FILE", description = "the data.jsonl to check")
    private Path file = Path.of(".");

    @Override
    public Integer call() {
        final ImageProcessor processor =
                JudgeFolder.preset(JudgeFolder.JUDGE_TINY).imageProcessor();
        final DataCheck.Result result = DataCheck.of(file, new ModelInput(processor));
        result.counts()
                .forEach(count -> System.out.printf(
                        "%-12s %-24s %6d  %s, the most frequent %d%%%n",
                        count.split().lowerName(),
                        count.task(),
                        count.examples(),
                        count.answers(),
                        count.mostFrequentPercent()));
        tell(result.repeated(), "questions are in more than one split");
        tell(result.unreadable(), "pictures cannot be read");
        tell(result.refused(), "prompts would be refused");
        return result.isClean() ? 0 : 1;
    }

    /** The problems that an actor would have with a prompt. */
    private record ModelInput(ImageProcessor processor) implements DataCheck.Input {
        @Override
        public @Nullable String problemOf(final byte[] picture, final String origin) {
            return problem(() -> processor.process(picture, origin));
        }

        @Override
        public @Nullable String problemOf(final String text) {
            return problem(() -> PromptEncoder.checkText(text));
        }

        private static @Nullable String problem(final Runnable use) {
            try {
                use.run();
                return null;
            } catch (final ModelException e) {
                return String.valueOf(e.getMessage());
            }
        }
    }

    private static void tell(final List<String> found, final String what) {
        if (!found.isEmpty()) {
            System.out.println(found.size() + " " + what + ":");
            found.stream().limit(SHOWN).forEach(line -> System.out.println("  " + line));
        }
    }
}
