package org.mtrljudge.reward.python;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.mtrljudge.reward.grader.Entries;
import org.mtrljudge.reward.grader.FailureReason;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.settings.io.Mappers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The processes of one function. A process that hangs, dies or uses too much memory is replaced. */
final class WorkerPool implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerPool.class);
    private static final String SCRIPT = "reward_worker.py";
    private static final long START_LIMIT_MS = 120_000;
    private static final long WATCH_MS = 20;
    private static final long STOP_MS = 2000;

    private final FunctionSettings settings;
    private final Path folder;
    private final BlockingQueue<FunctionCall> calls = new LinkedBlockingQueue<>();
    // calls that have no answers yet
    private final AtomicInteger open = new AtomicInteger();
    private final List<Lane> lanes = new ArrayList<>();
    private final Thread watch;
    private final JsonNode said;
    private volatile boolean closed;

    /**
     * Starts the processes.
     *
     * @param sample a completion that the first process tries the function on
     * @throws UsageException when the function cannot be used; the message says what to correct
     */
    WorkerPool(final FunctionSettings settings, final JsonNode sample) {
        this.settings = settings;
        this.folder = scriptFolder();
        try {
            this.said = tryOut(sample);
        } catch (final WorkerException e) {
            deleteScript();
            throw new UsageException("wrong setting: reward.functions: " + settings.name() + " of " + settings.file()
                    + " cannot be used: " + e.getMessage());
        }
        if (!said.path("warning").isNull()) {
            LOG.warn(
                    "the reward function {}: {}",
                    settings.name(),
                    said.path("warning").asText());
        }
        for (int i = 0; i < settings.workers(); i++) {
            lanes.add(started());
        }
        this.watch = new Thread(this::watch, "watches-" + settings.name());
        watch.setDaemon(true);
        watch.start();
    }

    private static Path scriptFolder() {
        try (InputStream in = Objects.requireNonNull(WorkerPool.class.getResourceAsStream("/" + SCRIPT), SCRIPT)) {
            final Path folder = Files.createTempDirectory("judge-reward");
            Files.copy(in, folder.resolve(SCRIPT));
            return folder;
        } catch (final IOException e) {
            throw new UncheckedIOException("the script of reward functions cannot be copied", e);
        }
    }

    private void deleteScript() {
        try {
            Files.deleteIfExists(folder.resolve(SCRIPT));
            Files.deleteIfExists(folder);
        } catch (final IOException e) {
            LOG.debug("{} cannot be deleted: {}", folder, e.getMessage());
        }
    }

    private Lane started() {
        final Lane lane = new Lane(calls, () -> ready(order().set("messages", said.path("messages"))), settings);
        final Thread thread = new Thread(lane, "calls-" + settings.name());
        thread.setDaemon(true);
        thread.start();
        return lane;
    }

    private ObjectNode order() {
        final ObjectNode order = Mappers.JSON.createObjectNode();
        order.put("file", settings.file());
        order.put("name", settings.name());
        order.put("style", settings.style() == null ? null : Entries.word(settings.style()));
        order.put("images", Entries.word(settings.images()));
        if (settings.messages() != null) {
            order.put("messages", settings.messages());
        }
        order.set("kwargs", Mappers.JSON.valueToTree(settings.kwargs()));
        return order;
    }

    private JsonNode tryOut(final JsonNode sample) throws WorkerException {
        try {
            final WorkerProcess process = WorkerProcess.start(settings, folder.resolve(SCRIPT));
            try {
                final ObjectNode order = order();
                order.set("components", Mappers.JSON.valueToTree(settings.components()));
                return said(process, order.set("sample", sample));
            } finally {
                process.close();
            }
        } catch (final IOException e) {
            throw new WorkerException(
                    FailureReason.DIED,
                    "the interpreter '" + settings.python() + "' cannot be started: " + e.getMessage());
        }
    }

    private WorkerProcess ready(final JsonNode order) throws WorkerException, IOException {
        final WorkerProcess process = WorkerProcess.start(settings, folder.resolve(SCRIPT));
        try {
            said(process, order);
            return process;
        } catch (final WorkerException e) {
            process.close();
            throw e;
        }
    }

    /** What a new process says of its function. */
    private static JsonNode said(final WorkerProcess process, final JsonNode order) throws WorkerException {
        final JsonNode said = process.ask(order, START_LIMIT_MS);
        if (said.has("error")) {
            throw new WorkerException(FailureReason.DIED, said.path("error").asText());
        }
        return said;
    }

    /** Whether the function takes a list of completions. */
    boolean isBatch() {
        return said.path("batch").asBoolean();
    }

    /** The number of processes that no call waits for. */
    int free() {
        return Math.max(0, settings.workers() - open.get());
    }

    /** Adds a call, which a process that is free answers. */
    void add(final FunctionCall call) {
        open.incrementAndGet();
        call.end().whenComplete((done, failure) -> open.decrementAndGet());
        calls.add(call);
        if (closed) {
            endCalls();
        }
    }

    private void watch() {
        try {
            while (!closed) {
                TimeUnit.MILLISECONDS.sleep(WATCH_MS);
                watchOnce();
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void watchOnce() {
        try {
            replaceLost();
        } catch (final RuntimeException | OutOfMemoryError e) {
            LOG.warn(
                    "the processes of the reward function {} cannot be watched now: {}", settings.name(), e.toString());
        }
    }

    private synchronized void replaceLost() {
        for (int i = 0; i < lanes.size() && !closed; i++) {
            if (lanes.get(i).watch()) {
                LOG.warn("a process of the reward function {} is replaced", settings.name());
                lanes.set(i, started());
            }
        }
    }

    private void endCalls() {
        for (FunctionCall call = calls.poll(); call != null; call = calls.poll()) {
            call.end().completeExceptionally(new WorkerException(FailureReason.DIED, "is being stopped"));
        }
    }

    /** Whether the function is being stopped, so that what its processes failed on means nothing. */
    boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
        synchronized (this) {
            lanes.forEach(Lane::end);
        }
        endCalls();
        try {
            watch.join(STOP_MS);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        deleteScript();
    }
}
