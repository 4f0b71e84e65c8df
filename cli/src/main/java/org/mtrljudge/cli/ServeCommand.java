package org.mtrljudge.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.standalone.run.RunSettings;
import org.mtrljudge.standalone.serve.JudgeServer;
import org.mtrljudge.standalone.serve.ServeSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "serve",
        description =
                "Serves a judge over HTTP: OpenAI's chat completions, and verdicts (/v1/judge). Needs no broker. Set JUDGE_SERVE_TOKEN to"
                        + " the token that requests have to show.")
final class ServeCommand implements Callable<Integer> {
    @Mixin
    private RunOptions options = new RunOptions();

    @Mixin
    private ModelOption model = new ModelOption();

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "of the model in requests; default: that of the folder")
    private @Nullable String name;

    @Option(names = "--host", description = "the address to listen on (default: ${DEFAULT-VALUE}, this machine alone)")
    private String host = "127.0.0.1";

    @Option(names = "--port", description = "the port to listen on, 0 for any free one (default: ${DEFAULT-VALUE})")
    private int port = 8000;

    @Option(
            names = "--images",
            paramLabel = "DIR",
            description =
                    "lets requests name pictures by a path below this folder; default: pictures come in the requests")
    private @Nullable Path images;

    @Option(
            names = "--max-requests",
            paramLabel = "N",
            description =
                    "requests that wait or are answered at a time, more get status 429 (default: ${DEFAULT-VALUE})")
    private int maxRequests = 256;

    @Option(
            names = "--timeout-s",
            paramLabel = "S",
            description = "the longest time that a request waits for its answer (default: ${DEFAULT-VALUE})")
    private int timeoutS = 300;

    @Override
    public Integer call() throws InterruptedException {
        if (maxRequests < 1 || timeoutS < 1) {
            throw new UsageException("--max-requests and --timeout-s have to be at least 1");
        }
        final RunSettings run = model.settings(options);
        final ServeSettings settings = new ServeSettings(
                servedName(run.model()),
                host,
                port,
                System.getenv("JUDGE_SERVE_TOKEN"),
                images,
                maxRequests,
                Duration.ofSeconds(timeoutS));
        try (Interruption interruption = new Interruption();
                JudgeServer server = new JudgeServer(run, settings)) {
            final CountDownLatch stop = new CountDownLatch(1);
            interruption.whenWanted(stop::countDown);
            System.out.println("serving " + settings.name() + " on http://" + host + ":" + server.port()
                    + "/v1/chat/completions and /v1/judge; Ctrl-C stops");
            stop.await();
        }
        return 0;
    }

    private String servedName(final String served) {
        final Path folder = Path.of(served).toAbsolutePath().normalize().getFileName();
        if (name != null) {
            return name;
        }
        return folder == null ? served : folder.toString();
    }
}
