package org.mtrljudge.standalone.serve;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.model.generation.GeneratedCompletion;
import org.mtrljudge.model.generation.Sampling;
import org.mtrljudge.model.input.EncodedPrompt;
import org.mtrljudge.model.input.EncodingThreads;
import org.mtrljudge.standalone.run.RunSettings;

/** What the controllers share: the model behind its loop, and what the server was started with. */
final class Serving {
    private final ServeSettings settings;
    private final RunSettings run;
    private final JudgeModel model;
    private final ServingLoop loop;
    private final EncodingThreads encoders;
    private final Pictures pictures;

    Serving(
            final ServeSettings settings,
            final RunSettings run,
            final JudgeModel model,
            final ServingLoop loop,
            final EncodingThreads encoders) {
        this.settings = settings;
        this.run = run;
        this.model = model;
        this.loop = loop;
        this.encoders = encoders;
        this.pictures = new Pictures(settings.root());
    }

    ServeSettings settings() {
        return settings;
    }

    RunSettings run() {
        return run;
    }

    JudgeModel model() {
        return model;
    }

    Pictures pictures() {
        return pictures;
    }

    boolean isHealthy() {
        return loop.isHealthy();
    }

    /** The turns of a question, with one {@code <image>} per picture. */
    record Turns(@Nullable String system, String text, List<byte[]> pictures) {}

    /** A question that has a place and is encoded. {@link #ask} has to follow. */
    final class Prepared {
        private final EncodedPrompt prompt;

        private Prepared(final EncodedPrompt prompt) {
            this.prompt = prompt;
        }

        EncodedPrompt prompt() {
            return prompt;
        }

        /**
         * Asks the model.
         *
         * @param progress see {@link ModelRequest}
         */
        CompletableFuture<List<GeneratedCompletion>> ask(
                final int completions,
                final Sampling sampling,
                final long seed,
                final @Nullable Consumer<List<GeneratedCompletion>> progress) {
            final CompletableFuture<List<GeneratedCompletion>> answer = new CompletableFuture<>();
            answer.orTimeout(settings.timeout().toMillis(), TimeUnit.MILLISECONDS);
            loop.ask(new ModelRequest(prompt, completions, sampling, seed, progress, answer));
            return answer;
        }
    }

    /**
     * Takes a place for a question and encodes it.
     *
     * @throws RequestException when there is no place, or the prompt has a fault
     */
    Prepared prepare(final Turns turns) {
        loop.reserve();
        try {
            return new Prepared(
                    encoders.begin(() -> model.encode(turns.system, turns.text, turns.pictures, "the request"))
                            .join());
        } catch (final ModelException e) {
            loop.giveUp();
            throw ChatRequest.bad(String.valueOf(e.getMessage()));
        } catch (final RuntimeException | Error e) {
            loop.giveUp();
            throw e;
        }
    }

    /** What the client is told of a failure. */
    RequestException explained(final Throwable failure) {
        final Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause instanceof RequestException own) {
            return own;
        }
        if (cause instanceof TimeoutException) {
            return new RequestException(
                    RequestException.LATE,
                    "there was no answer within " + settings.timeout().toSeconds() + " s");
        }
        return new RequestException(RequestException.FAILED, String.valueOf(cause));
    }
}
