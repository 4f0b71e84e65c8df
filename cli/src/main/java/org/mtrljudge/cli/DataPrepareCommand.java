package org.mtrljudge.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.model.input.ImageProcessor;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.published.Preparation;
import org.mtrljudge.tasks.published.PreparedFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "prepare",
        description =
                "Makes data.jsonl and pictures from a published data set that is on this machine. Call it again with the same --out"
                        + " to add another data set: one judge is trained on all of them.")
final class DataPrepareCommand implements Callable<Integer> {
    /** The names of the data sets that can be prepared, for the help text. */
    static final class Sets extends ArrayList<String> {
        private static final long serialVersionUID = 1;

        Sets() {
            super(Preparation.names());
        }
    }

    @Parameters(paramLabel = "SET", completionCandidates = Sets.class, description = "one of: ${COMPLETION-CANDIDATES}")
    private String set = "";

    @Option(
            names = "--file",
            paramLabel = "FILE",
            description =
                    "the rows of the data set (.csv, .jsonl, .json, .parquet, or a folder of such files); they are divided among the splits"
                            + " that have no file of their own")
    private @Nullable Path file;

    @Option(
            names = "--validation",
            paramLabel = "FILE",
            description = "rows of the validation split, if it has a file of its own")
    private @Nullable Path validation;

    @Option(names = "--test", paramLabel = "FILE", description = "rows of the test split, if it has a file of its own")
    private @Nullable Path test;

    @Option(
            names = "--images",
            paramLabel = "DIR",
            description = "the folder that the paths of pictures start from; default: the folder of the file")
    private @Nullable Path images;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "the folder for data.jsonl and the pictures")
    private Path out = Path.of(".");

    @Option(
            names = "--sizes",
            paramLabel = "TRAIN,VALIDATION,TEST",
            split = ",",
            description = "rows per split; default: those of the paper, or its proportions if there are fewer rows")
    private List<Integer> sizes = new ArrayList<>();

    @Option(
            names = "--threshold",
            paramLabel = "GRADE",
            description = "the lowest grade that counts as yes; default: the median of the training split")
    private @Nullable Double threshold;

    @Option(
            names = "--subset",
            paramLabel = "NAME",
            description = "for mj-bench and mllm-as-a-judge: the subset; for easyr1: the name of the task")
    private String subset = "";

    @Option(names = "--seed", description = "seed of the division into splits (default: ${DEFAULT-VALUE})")
    private long seed = 1;

    @Override
    public Integer call() {
        final Map<Split, Path> files = new EnumMap<>(Split.class);
        put(files, Split.TRAIN, file);
        put(files, Split.VALIDATION, validation);
        put(files, Split.TEST, test);
        if (files.isEmpty()) {
            throw new UsageException(
                    "no file with rows: give --file, and also --validation and --test if these splits have files of their own");
        }
        if (!sizes.isEmpty() && sizes.size() != Split.values().length) {
            throw new UsageException("--sizes takes TRAIN,VALIDATION,TEST, as in --sizes 800,100,100, not " + sizes);
        }
        final Path first = files.values().iterator().next().toAbsolutePath();
        final Preparation.Result result;
        try (PreparedFolder folder = new PreparedFolder(
                out, images != null ? images : first.resolveSibling(""), DataPrepareCommand::kindOf)) {
            result = Preparation.prepare(
                    set,
                    new Preparation.Options(files, sizes.isEmpty() ? null : sizes, threshold, subset, seed),
                    folder);
        }
        result.examples()
                .forEach((split, tasks) -> tasks.forEach(
                        (task, count) -> System.out.printf("%-12s %-24s %6d%n", split.lowerName(), task, count)));
        result.thresholds()
                .forEach((column, value) ->
                        System.out.println(column + ": a grade of " + value + " or more counts as yes"));
        if (result.leftOut() > 0) {
            System.out.println(
                    result.leftOut() + " rows were left out: they have no verdict, for example because of a tie");
        }
        System.out.println(
                "wrote " + out.resolve("data.jsonl") + "; check it: ./judge data check " + out.resolve("data.jsonl"));
        return 0;
    }

    private static void put(final Map<Split, Path> files, final Split split, final @Nullable Path path) {
        if (path != null) {
            files.put(split, path);
        }
    }

    private static String kindOf(final byte[] encoded) {
        try {
            return ImageProcessor.formatOf(encoded, "of the row");
        } catch (final ModelException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }
}
