package org.mtrljudge.cli;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.standalone.RunException;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.builtin.BuiltInTasks;
import org.mtrljudge.tasks.verdict.Label;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Data sets: prepares a published one, checks one, writes the right answers of a run, or the built-in tasks as a data set. */
@Command(
        name = "data",
        description =
                "Prepares a published data set, checks a data.jsonl, writes the right answers of a run, or the built-in tasks"
                        + " as a data.jsonl.",
        subcommands = {
            DataPrepareCommand.class,
            DataCheckCommand.class,
            DataAnswersCommand.class,
            DataCommand.Export.class
        })
final class DataCommand {
    private DataCommand() {}

    @Command(name = "export", description = "Writes examples of the built-in tasks: data.jsonl and PNG pictures.")
    static final class Export implements Callable<Integer> {
        @Option(names = "--out", required = true, paramLabel = "DIR", description = "a new folder")
        private Path out = Path.of(".");

        @Option(names = "--per-task", description = "examples per task and split (default: ${DEFAULT-VALUE})")
        private int perTask = 20;

        @Option(names = "--seed", description = "seed of the pictures (default: ${DEFAULT-VALUE})")
        private long seed = 1;

        @Option(
                names = "--verdicts",
                split = ",",
                paramLabel = "TYPE",
                description = "tasks by the types of their verdicts: label, score, pair, rank, rubric (default: label)")
        private List<String> verdicts = List.of("label");

        @Override
        public Integer call() {
            try {
                BuiltInTasks.checkTypes("--verdicts", verdicts);
            } catch (final IllegalArgumentException e) {
                throw new UsageException("wrong option: " + e.getMessage());
            }
            final BuiltInTasks tasks =
                    new BuiltInTasks(seed, perTask, perTask, perTask, verdicts, BuiltInTasks.heldOut());
            if (Files.exists(out)) {
                throw new UsageException(out + " already exists: name a new folder with --out");
            }
            try {
                Files.createDirectories(out.resolve("images"));
                try (BufferedWriter lines = Files.newBufferedWriter(out.resolve("data.jsonl"))) {
                    for (final Split split : Split.values()) {
                        for (final String task : tasks.tasks(split)) {
                            for (int i = 0; i < perTask; i++) {
                                lines.write(line(tasks.example(task, split, i), split) + "\n");
                            }
                        }
                    }
                }
            } catch (final IOException e) {
                throw new RunException(out + " cannot be written: " + e.getMessage(), e);
            }
            System.out.println("wrote " + out.resolve("data.jsonl"));
            return 0;
        }

        private String line(final JudgeExample example, final Split split) throws IOException {
            final List<String> images = new ArrayList<>();
            for (int i = 0; i < example.images().size(); i++) {
                final String name = "images/" + example.id() + "-" + i + ".png";
                Files.write(out.resolve(name), example.images().get(i).bytes());
                images.add(name);
            }
            final Map<String, Object> line = new LinkedHashMap<>();
            line.put("task", example.task());
            line.put("split", split.lowerName());
            line.put("prompt", example.prompt());
            line.put("images", images);
            line.put("answer", example.answer());
            if (example.verdictType() instanceof Label labels) {
                line.put("labels", labels.labels());
            } else {
                line.put("verdict", Mappers.JSON.readTree(example.verdictType().toJson()));
            }
            if (example.demonstration() != null) {
                line.put("demonstration", example.demonstration());
            }
            return Mappers.JSON.writeValueAsString(line);
        }
    }
}
