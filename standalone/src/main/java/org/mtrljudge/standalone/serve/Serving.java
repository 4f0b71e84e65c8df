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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the controllers share: the model behind its loop, and what the server was started with. */
final class Serving {
    private static final int CHARACTERS_OF_A_TOKEN = 16;
    private static final Logger LOG = LoggerFactory.getLogger(Serving.class);

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

    /** A place for a request. It is given back when it is closed before the model was asked. */
    final class Place implements AutoCloseable {
        private boolean asked;

        /**
         * Encodes a question.
         *
         * @param limit the most tokens that one of its completions may have
         * @throws RequestException when the prompt has a fault, or is too long
         */
        EncodedPrompt encode(final Turns turns, final int limit) {
            final int most = run.rollout().maxBatchedTokens();
            if (turns.text.length() > (long) most * CHARACTERS_OF_A_TOKEN) {
                throw tooLong(turns.text.length() + " characters", most);
            }
            final EncodedPrompt prompt;
            try {
                prompt = encoders.begin(() -> model.encode(turns.system, turns.text, turns.pictures, "the request"))
                        .join();
            } catch (final ModelException e) {
                throw RequestException.bad(String.valueOf(e.getMessage()));
            }
            if (prompt.length() + (long) limit > most) {
                throw tooLong(prompt.length() + " tokens", most);
            }
            return prompt;
        }

        /**
         * Asks the model.
         *
         * @param progress see {@link ModelRequest}
         */
        CompletableFuture<List<GeneratedCompletion>> ask(
                final EncodedPrompt prompt,
                final int completions,
                final Sampling sampling,
                final long seed,
                final @Nullable Consumer<List<GeneratedCompletion>> progress) {
            final CompletableFuture<List<GeneratedCompletion>> answer = new CompletableFuture<>();
            answer.orTimeout(settings.timeout().toMillis(), TimeUnit.MILLISECONDS);
            asked = true;
            loop.ask(new ModelRequest(prompt, completions, sampling, seed, progress, answer));
            return answer;
        }

        @Override
        public void close() {
            if (!asked) {
                loop.giveUp();
            }
        }
    }

    private static RequestException tooLong(final String length, final int most) {
        return RequestException.bad("the prompt has " + length + "; with an answer it may have at most " + most
                + " tokens here (rollout.max_batched_tokens)");
    }

    /**
     * Takes a place for a request, before anything of it is read.
     *
     * @throws RequestException when there is none
     */
    Place place() {
        loop.reserve();
        return new Place();
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
        LOG.error("a request failed", cause);
        return new RequestException(RequestException.FAILED, "the server failed: its log has the reason");
    }
}
