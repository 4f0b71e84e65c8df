package org.mtrljudge.standalone.serve;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import io.micronaut.context.annotation.Requires;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.mtrljudge.learner.settings.LearnerSettings;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.model.generation.Sampling;
import org.mtrljudge.model.input.EncodedPrompt;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.standalone.score.AskedQuestion;
import org.mtrljudge.standalone.score.Question;

/**
 * Verdicts: {@code POST /v1/judge} with a task, its text and pictures. Asked as often and with the same seed as {@code ./judge score}, it gives
 * the same verdict.
 */
@Controller("/v1/judge")
@Requires(beans = Serving.class)
final class JudgeController {
    private static final int MAX_SAMPLES = 128;
    private static final int DEFAULT_SAMPLES = 8;

    private static final TypeReference<Map<String, Object>> FIELDS = new TypeReference<>() {};

    private final Serving serving;

    JudgeController(final Serving serving) {
        this.serving = serving;
    }

    /** The verdict with the share of the samples that agree, and the reasoning of one of them. */
    @Post
    @ExecuteOn(TaskExecutors.BLOCKING)
    CompletableFuture<String> judge(@Body final byte[] body) {
        try (Serving.Place place = serving.place()) {
            final JsonNode json = Requests.json(body, serving.settings().name());
            final LearnerSettings learner = serving.run().learner();
            final int samples = ChatRequest.number(json, "samples", DEFAULT_SAMPLES, 1, MAX_SAMPLES);
            final long seed = json.hasNonNull("seed")
                    ? ChatRequest.seed(json.get("seed"))
                    : learner.trainer().seed();
            final Sampling sampling = AskedQuestion.sampling(samples, learner);
            // whether they are as many as the task shows is known before they are read
            final AskedQuestion asked = asked(json);
            final List<byte[]> pictures = new ArrayList<>();
            json.path("images").forEach(image -> pictures.add(serving.pictures().read(image.asText())));
            final EncodedPrompt prompt =
                    place.encode(new Serving.Turns(asked.system(), asked.prompt(), pictures), sampling.maxNewTokens());
            return place.ask(prompt, samples, sampling, seed, null).handle((completions, failure) -> {
                if (failure != null) {
                    throw serving.explained(failure);
                }
                return Mappers.JSON.valueToTree(asked.answer(completions)).toString();
            });
        }
    }

    private AskedQuestion asked(final JsonNode json) {
        try {
            return AskedQuestion.of(
                    Question.of(fields(json), "the request"),
                    serving.run().data().instructions());
        } catch (final UsageException | ModelException e) {
            throw RequestException.bad(String.valueOf(e.getMessage()));
        }
    }

    /** What is null counts as not said. */
    private static Map<String, Object> fields(final JsonNode json) {
        final Map<String, Object> fields = Mappers.JSON.convertValue(json, FIELDS);
        fields.values().removeIf(Objects::isNull);
        return fields;
    }
}
