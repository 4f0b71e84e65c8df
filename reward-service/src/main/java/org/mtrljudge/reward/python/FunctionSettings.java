package org.mtrljudge.reward.python;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.reward.grader.Entries;
import org.mtrljudge.settings.Check;
import org.mtrljudge.settings.UsageException;

/**
 * One entry of {@code reward.functions}.
 *
 * @param file the Python file
 * @param name the name of the function
 * @param key its name in reward sets ({@code as}); its own name where the entry has none
 * @param style whose signature it has; null: as its parameters say
 * @param tasks the tasks whose reward it is where no reward set says more; empty: all tasks
 * @param workers the number of processes
 * @param timeoutMs the time limit of one call: of a group where the function takes a list, else of one completion
 * @param retries how often it is called again about completions that it failed on
 * @param python the interpreter
 * @param kwargs values for further parameters of the function
 * @param components the values that it returns besides the score and that a reward set uses
 * @param messages whether TRL's completions are messages, not text; null: as the function shows on a sample
 * @param images how it gets the pictures
 * @param memoryMb the resident memory that one process may use
 */
public record FunctionSettings(
        String file,
        String name,
        String key,
        @Nullable Style style,
        List<String> tasks,
        int workers,
        long timeoutMs,
        int retries,
        String python,
        Map<String, Object> kwargs,
        List<String> components,
        @Nullable Boolean messages,
        Images images,
        int memoryMb) {
    private static final String WHERE = "reward.functions";
    private static final long MAX_SOURCE_BYTES = 1 << 20;

    /** Whose signature a function has. */
    enum Style {
        EASYR1,
        VERL,
        TRL,
        OPENRLHF,
        SLIME
    }

    /** How a function gets the pictures. */
    enum Images {
        NONE,
        PATH,
        BYTES
    }

    /** The entry as it is written. */
    record Entry(
            @Nullable String file,
            @Nullable String name,
            @Nullable String as,
            @Nullable String style,
            @Nullable List<String> tasks,
            @Nullable Integer workers,
            @Nullable Long timeoutMs,
            @Nullable Integer retries,
            @Nullable String python,
            @Nullable Map<String, Object> kwargs,
            @Nullable List<String> components,
            @Nullable Boolean messages,
            @Nullable String images,
            @Nullable Integer memoryMb) {}

    public FunctionSettings {
        Check.range("workers", workers, 1, 256);
        Check.range("timeout_ms", timeoutMs, 1, 300_000);
        Check.range("retries", retries, 0, 100);
        Check.range("memory_mb", memoryMb, 16, 1 << 20);
    }

    /**
     * Not asked when settings are read: a command that scores nothing needs no function.
     *
     * @throws UsageException when the file does not exist
     */
    void requireFile() {
        if (!Files.isRegularFile(Path.of(file))) {
            throw new UsageException("wrong setting: " + WHERE + ": " + name + ": there is no file " + file);
        }
    }

    /** The text of the file; empty where it does not exist. */
    public String source() {
        final Path path = Path.of(file);
        try {
            return Files.isRegularFile(path) && Files.size(path) <= MAX_SOURCE_BYTES ? Files.readString(path) : "";
        } catch (final IOException e) {
            throw new UsageException("wrong setting: " + WHERE + ": " + file + " cannot be read: " + e);
        }
    }

    /**
     * @param entry one entry of the list, keys in snake case
     * @throws IllegalArgumentException that names the key
     */
    public static FunctionSettings of(final Map<String, Object> entry) {
        final Entry read = Entries.read(WHERE, entry, Entry.class);
        if (read.file == null || read.name == null) {
            throw new IllegalArgumentException(
                    WHERE + ": an entry needs file and name, as in {file: my_reward.py, name: compute_score}");
        }
        try {
            return new FunctionSettings(
                    read.file,
                    read.name,
                    Objects.requireNonNullElse(read.as, read.name),
                    read.style == null ? null : Entries.oneOf("style", read.style, Style.class),
                    Objects.requireNonNullElse(read.tasks, List.of()),
                    Objects.requireNonNullElse(read.workers, 4),
                    Objects.requireNonNullElse(read.timeoutMs, 10_000L),
                    Objects.requireNonNullElse(read.retries, 2),
                    Objects.requireNonNullElse(read.python, "python3"),
                    Objects.requireNonNullElse(read.kwargs, Map.of()),
                    Objects.requireNonNullElse(read.components, List.of()),
                    read.messages,
                    read.images == null ? Images.NONE : Entries.oneOf("images", read.images, Images.class),
                    Objects.requireNonNullElse(read.memoryMb, 4096));
        } catch (final IllegalArgumentException e) {
            throw new IllegalArgumentException(WHERE + ": " + read.name + ": " + e.getMessage(), e);
        }
    }
}
