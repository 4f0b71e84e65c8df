package org.mtrljudge.reward.http;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.reward.grader.Entries;
import org.mtrljudge.settings.Check;

/**
 * One entry of {@code reward.servers}.
 *
 * @param url where requests are sent, with the path
 * @param name the name of the server in reward sets
 * @param protocol what is sent and how the answer is read
 * @param tasks the tasks whose reward the score is where no reward set says more; empty: all tasks
 * @param concurrency requests at the same time
 * @param timeoutMs the time limit of one request, to the end of its answer
 * @param retries how often the server is asked again about completions that it failed on
 * @param key what is sent as a bearer token
 * @param components the numbers that it returns besides the score and that a reward set uses
 */
public record ServerSettings(
        URI url,
        String name,
        Protocol protocol,
        List<String> tasks,
        int concurrency,
        long timeoutMs,
        int retries,
        ApiKey key,
        List<String> components) {
    private static final String WHERE = "reward.servers";

    /** Whose requests and answers a server understands. */
    enum Style {
        OPENRLHF,
        SLIME,
        NEMO_GYM,
        VERL_CLASSIFY,
        OPENAI_JUDGE
    }

    /** The entry as it is written. */
    record Entry(
            @Nullable String url,
            @Nullable String name,
            @Nullable String style,
            @Nullable String model,
            JudgeSettings.@Nullable Entry judge,
            @Nullable Map<String, Object> columns,
            @Nullable List<String> tasks,
            @Nullable Integer concurrency,
            @Nullable Long timeoutMs,
            @Nullable Integer retries,
            @Nullable String apiKeyFile,
            @Nullable String apiKeyEnv,
            @Nullable List<String> components) {}

    public ServerSettings {
        Check.range("concurrency", concurrency, 1, 1024);
        Check.range("timeout_ms", timeoutMs, 1, 300_000);
        Check.range("retries", retries, 0, 100);
    }

    /**
     * @param entry one entry of the list, keys in snake case
     * @throws IllegalArgumentException that names the key
     */
    public static ServerSettings of(final Map<String, Object> entry) {
        final Entry read = Entries.read(WHERE, entry, Entry.class);
        if (read.url == null || read.style == null) {
            throw new IllegalArgumentException(
                    WHERE
                            + ": an entry needs url and style, as in {url: 'http://localhost:5000/get_reward', style: openrlhf}");
        }
        try {
            final URI url = url(read.url);
            return new ServerSettings(
                    url,
                    Objects.requireNonNullElse(read.name, read.style),
                    protocol(read, Entries.oneOf("style", read.style, Style.class)),
                    Objects.requireNonNullElse(read.tasks, List.of()),
                    Objects.requireNonNullElse(read.concurrency, 16),
                    Objects.requireNonNullElse(read.timeoutMs, 30_000L),
                    Objects.requireNonNullElse(read.retries, 3),
                    new ApiKey(read.apiKeyFile, read.apiKeyEnv),
                    Objects.requireNonNullElse(read.components, List.of()));
        } catch (final IllegalArgumentException e) {
            // not the address: it may have a password in it
            throw new IllegalArgumentException(
                    WHERE + ": " + Objects.requireNonNullElse(read.name, read.style) + ": " + e.getMessage(), e);
        }
    }

    private static URI url(final String text) {
        final URI url;
        try {
            url = new URI(text);
        } catch (final URISyntaxException e) {
            throw new IllegalArgumentException("url is no address of a server: " + e.getReason(), e);
        }
        final String scheme = String.valueOf(url.getScheme());
        if (!scheme.equals("http") && !scheme.equals("https") || url.getHost() == null) {
            throw new IllegalArgumentException(
                    "it is no address of a server, such as http://localhost:5000/get_reward");
        }
        if (url.getUserInfo() != null) {
            throw new IllegalArgumentException("an address has no password in it: say api_key_file or api_key_env");
        }
        return url;
    }

    private static Protocol protocol(final Entry read, final Style style) {
        if (read.judge != null && style != Style.OPENAI_JUDGE) {
            throw new IllegalArgumentException("judge belongs to style openai_judge");
        }
        if (read.columns != null && style != Style.NEMO_GYM) {
            throw new IllegalArgumentException("columns belong to style nemo_gym");
        }
        return switch (style) {
            case OPENRLHF -> new Protocol.OpenRlhf();
            case SLIME -> new Protocol.Slime();
            case NEMO_GYM -> new Protocol.NemoGym(Objects.requireNonNullElse(read.columns, Map.of()));
            case VERL_CLASSIFY -> new Protocol.VerlClassify(model(read));
            case OPENAI_JUDGE ->
                new OpenAiJudge(
                        model(read),
                        JudgeSettings.of(Objects.requireNonNullElse(read.judge, JudgeSettings.Entry.EMPTY)));
        };
    }

    private static String model(final Entry read) {
        if (read.model == null) {
            throw new IllegalArgumentException("model is missing: the name of the model at the server");
        }
        return read.model;
    }
}
