package org.mtrljudge.model.input;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads that read and encode prompts: a picture of a megapixel takes longer to decode than everything else that is done with a prompt before
 * it is sent or generated. As many pictures are decoded at a time as there are threads, which bounds the memory. The threads end when there
 * is nothing to do.
 */
public final class EncodingThreads implements AutoCloseable {
    private static final long IDLE_S = 10;
    private static final long ENDING_S = 10;

    /** The heap for each picture that is being decoded: the largest that is accepted needs 160 MB, and is not alone there. */
    private static final long BYTES_OF_ONE = 256L << 20;

    private final ThreadPoolExecutor threads;

    /** @param wanted the number of prompts that are encoded at the same time; fewer where the heap is small */
    public EncodingThreads(final int wanted) {
        final int count =
                (int) Math.max(1, Math.min(wanted, Runtime.getRuntime().maxMemory() / BYTES_OF_ONE));
        threads = new ThreadPoolExecutor(count, count, IDLE_S, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            final Thread thread = new Thread(task, "encoding");
            thread.setDaemon(true);
            return thread;
        });
        threads.allowCoreThreadTimeOut(true);
    }

    /** A prompt that is being encoded. */
    public record Begun(Future<EncodedPrompt> result) {
        /**
         * Waits for the prompt.
         *
         * @throws RuntimeException what the encoding threw
         * @throws java.util.concurrent.CancellationException when the threads were closed before it began
         */
        public EncodedPrompt join() {
            try {
                return result.get();
            } catch (final ExecutionException e) {
                throw e.getCause() instanceof RuntimeException why ? why : new CompletionException(e.getCause());
            } catch (final InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CompletionException("interrupted while a prompt was encoded", e);
            }
        }
    }

    /** Begins to encode a prompt. */
    public Begun begin(final Callable<EncodedPrompt> encoding) {
        return new Begun(threads.submit(encoding));
    }

    /** Forgets what has not begun, and waits for the rest, because it uses the tokenizer of a model that is closed next. */
    @Override
    public void close() {
        // who waits for what has not begun would wait for ever
        threads.shutdownNow().forEach(task -> ((Future<?>) task).cancel(false));
        try {
            threads.awaitTermination(ENDING_S, TimeUnit.SECONDS);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
