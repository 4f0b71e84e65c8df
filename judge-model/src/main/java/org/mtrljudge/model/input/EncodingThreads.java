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

    private final ThreadPoolExecutor threads;

    /** @param count the number of prompts that are encoded at the same time */
    public EncodingThreads(final int count) {
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

    /** Does not wait for what has begun. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
