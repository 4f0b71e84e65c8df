package org.mtrljudge.standalone.serve;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.UsageException;

/**
 * How a judge is served.
 *
 * @param name of the model in requests and answers
 * @param port 0: any free one
 * @param token what requests have to show as {@code Authorization: Bearer …}; null: nothing
 * @param root the folder below which requests may name pictures by path; null: they may not
 * @param maxRequests the number of requests that wait or are answered at a time; more are refused with 429
 * @param timeout the longest time that a request waits for its answer
 */
public record ServeSettings(
        String name,
        String host,
        int port,
        @Nullable String token,
        @Nullable Path root,
        int maxRequests,
        Duration timeout) {
    /** @throws UsageException when others than this machine could ask without a token */
    public ServeSettings {
        if (host.isBlank()) {
            throw new UsageException("--host is empty: name an address, for example 127.0.0.1");
        }
        if (token != null && token.isBlank()) {
            throw new UsageException("JUDGE_SERVE_TOKEN is empty: unset it, or set it to a token");
        }
        if (root != null && !Files.isDirectory(root)) {
            throw new UsageException("--images " + root + " is no folder");
        }
        if (token == null && !isLoopback(host)) {
            throw new UsageException(
                    "--host " + host + " lets other machines ask this judge: set JUDGE_SERVE_TOKEN, which"
                            + " requests then have to show as a bearer token, or stay with --host 127.0.0.1");
        }
    }

    private static boolean isLoopback(final String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (final UnknownHostException e) {
            throw new UsageException("--host " + host + " is no address of this machine");
        }
    }

    @Override
    public String toString() {
        // without the token
        return "ServeSettings[" + name + " on " + host + ":" + port + "]";
    }
}
