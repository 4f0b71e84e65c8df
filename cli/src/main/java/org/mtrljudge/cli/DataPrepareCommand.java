package org.mtrljudge.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
                "Makes data.jsonl and pictures of a published data set that lies here. Call it again with the same --out"
                        + " to add another set: one judge is trained on all of them.")
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
                    "the set's rows (.csv, .jsonl, .json, .parquet, or a folder of such files); divided into splits where there"
                            + " is no file of their own")
    private @Nullable Path file;

    @Option(names = "--validation", paramLabel = "FILE", description = "rows of the validation split, where published")
    private @Nullable Path validation;

    @Option(names = "--test", paramLabel = "FILE", description = "rows of the test split, where published")
    private @Nullable Path test;

    @Option(
            names = "--images",
            paramLabel = "DIR",
            description = "where paths of pictures begin; default: beside the file")
    private @Nullable Path images;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "the folder of our data")
    private Path out = Path.of(".");

    @Option(
            names = "--sizes",
            paramLabel = "TRAIN,VALIDATION,TEST",
            split = ",",
            description = "rows of the splits; default: the paper's, or in its proportions where there are fewer rows")
    private List<Integer> sizes = new ArrayList<>();

    @Option(
            names = "--threshold",
            paramLabel = "GRADE",
            description = "from which a grade is a yes; default: the median of the training split")
    private @Nullable Double threshold;

    @Option(names = "--subset", paramLabel = "NAME", description = "of mj-bench; for easyr1 the task's name")
    private String subset = "";

    @Option(names = "--seed", description = "of the division into splits (default: ${DEFAULT-VALUE})")
    private long seed = 1;

    @Override
    public Integer call() {
        final Map<Split, Path> files = new EnumMap<>(Split.class);
        put(files, Split.TRAIN, file);
        put(files, Split.VALIDATION, validation);
        put(files, Split.TEST, test);
        if (files.isEmpty()) {
            throw new UsageException(
                    "where are the rows? Give --file, and --validation and --test where there are such");
        }
        if (!sizes.isEmpty() && sizes.size() != Split.values().length) {
            throw new UsageException(
                    "--sizes takes TRAIN,VALIDATION,TEST, as in --sizes 800,100,100; this was " + sizes);
        }
        final Path first = files.values().iterator().next().toAbsolutePath();
        final Preparation.Result result;
        try (PreparedFolder folder = new PreparedFolder(out, images != null ? images : first.resolveSibling(""))) {
            result = Preparation.prepare(
                    set,
                    new Preparation.Options(files, sizes.isEmpty() ? null : sizes, threshold, subset, seed),
                    folder);
        }
        result.examples()
                .forEach((split, tasks) -> tasks.forEach(
                        (task, count) -> System.out.printf("%-12s %-24s %6d%n", split.lowerName(), task, count)));
        result.thresholds().forEach((column, value) -> System.out.println(column + " counts as yes from " + value));
        if (result.leftOut() > 0) {
            System.out.println(result.leftOut() + " rows left out: they prefer nothing");
        }
        System.out.println(
                "wrote " + out.resolve("data.jsonl") + "; look at it: ./judge data check " + out.resolve("data.jsonl"));
        return 0;
    }

    private static void put(final Map<Split, Path> files, final Split split, final @Nullable Path path) {
        if (path != null) {
            files.put(split, path);
        }
    }
}
