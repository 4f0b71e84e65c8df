package org.mtrljudge.standalone;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.model.input.ImageProcessor;
import org.mtrljudge.settings.io.Sha256;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.source.JsonlData;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "check",
        description =
                "Reads a data.jsonl as training would and decodes every picture: counts, balance of labels, questions that"
                        + " are in several splits, pictures that cannot be read. Ends with 1 when there are such.")
final class DataCheckCommand implements Callable<Integer> {
    private static final int SHOWN = 10;

    @Parameters(paramLabel = "FILE", description = "the data.jsonl")
    private Path file = Path.of(".");

    private final Map<String, Split> firstSeen = new HashMap<>(); // by digest of pictures and prompt
    private final List<String> duplicates = new ArrayList<>();
    private final List<String> unreadable = new ArrayList<>();

    @Override
    public Integer call() {
        final ExampleSource source = JsonlData.read(file);
        final ImageProcessor processor =
                JudgeFolder.preset(JudgeFolder.JUDGE_TINY).imageProcessor();
        for (final Split split : Split.values()) {
            for (final String task : source.tasks(split)) {
                final Map<String, Integer> answers = new TreeMap<>();
                for (int i = 0; i < source.size(task, split); i++) {
                    final JudgeExample example = source.example(task, split, i);
                    answers.merge(example.answer(), 1, Integer::sum);
                    look(example, split, processor);
                }
                final int size = source.size(task, split);
                System.out.printf(
                        "%-12s %-24s %6d  %s, the most frequent %d%%%n",
                        split.lowerName(),
                        task,
                        size,
                        answers,
                        100 * answers.values().stream().mapToInt(c -> c).max().orElse(0) / Math.max(1, size));
            }
        }
        tell(duplicates, "questions are in more than one split");
        tell(unreadable, "pictures cannot be read");
        return duplicates.isEmpty() && unreadable.isEmpty() ? 0 : 1;
    }

    private void look(final JudgeExample example, final Split split, final ImageProcessor processor) {
        final StringBuilder identity =
                new StringBuilder(example.task()).append('\n').append(example.prompt());
        for (final byte[] picture : example.pictures()) {
            identity.append('\n').append(Sha256.of(ByteBuffer.wrap(picture)));
            try {
                processor.process(picture, file + " " + example.id());
            } catch (final ModelException e) {
                unreadable.add(String.valueOf(e.getMessage()));
            }
        }
        final String digest = Sha256.of(ByteBuffer.wrap(identity.toString().getBytes(StandardCharsets.UTF_8)));
        final Split before = firstSeen.putIfAbsent(digest, split);
        if (before != null && before != split) {
            duplicates.add(example.task() + " " + example.id() + " of " + split.lowerName() + " is in "
                    + before.lowerName() + ", too");
        }
    }

    private static void tell(final List<String> found, final String what) {
        if (!found.isEmpty()) {
            System.out.println(found.size() + " " + what + ":");
            found.stream().limit(SHOWN).forEach(line -> System.out.println("  " + line));
        }
    }
}
