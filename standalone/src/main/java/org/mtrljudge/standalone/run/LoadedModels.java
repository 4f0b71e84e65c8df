package org.mtrljudge.standalone.run;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.mtrljudge.model.JudgeModel;

/** Loads models one after the other in the background, while a broker starts. The caller closes each model that it takes. */
final class LoadedModels implements AutoCloseable {
    private final Deque<CompletableFuture<JudgeModel>> loading = new ArrayDeque<>();

    LoadedModels(final int count, final Supplier<JudgeModel> loader) {
        CompletableFuture<JudgeModel> last = CompletableFuture.supplyAsync(loader);
        loading.add(last);
        for (int i = 1; i < count; i++) {
            last = last.thenApply(before -> loader.get());
            loading.add(last);
        }
    }

    /** Waits for the next model and returns it. */
    JudgeModel take() {
        try {
            return loading.remove().join();
        } catch (final CompletionException e) {
            throw e.getCause() instanceof RuntimeException own ? own : e;
        }
    }

    /** Closes the models that no caller took. */
    @Override
    public void close() {
        while (!loading.isEmpty()) {
            take().close();
        }
    }
}
