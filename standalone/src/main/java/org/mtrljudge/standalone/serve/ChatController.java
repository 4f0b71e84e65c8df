package org.mtrljudge.standalone.serve;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.sse.Event;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.mtrljudge.model.generation.GeneratedCompletion;
import org.mtrljudge.model.input.EncodedPrompt;
import org.mtrljudge.settings.io.Mappers;
import org.reactivestreams.Publisher;

/** OpenAI's chat completions, and the list of models. */
@Controller("/v1")
@Requires(beans = Serving.class)
final class ChatController {
    private final long startedS = System.currentTimeMillis() / 1000;
    private final Serving serving;

    ChatController(final Serving serving) {
        this.serving = serving;
    }

    @Get("/models")
    String models() {
        final ObjectNode list = Mappers.JSON.createObjectNode().put("object", "list");
        list.putArray("data").add(model());
        return list.toString();
    }

    @Get("/models/{name}")
    String model(final String name) {
        if (!name.equals(serving.settings().name())) {
            throw Requests.noModel(name, serving.settings().name());
        }
        return model().toString();
    }

    private ObjectNode model() {
        return Mappers.JSON
                .createObjectNode()
                .put("id", serving.settings().name())
                .put("object", "model")
                .put("created", startedS)
                .put("owned_by", "mt-rl-judge");
    }

    /** Completions of a conversation; with {@code stream}, as events. */
    @Post("/chat/completions")
    @ExecuteOn(TaskExecutors.BLOCKING)
    CompletableFuture<HttpResponse<?>> complete(@Body final byte[] body) {
        try (Serving.Place place = serving.place()) {
            final ChatRequest request = ChatRequest.of(
                    Requests.json(body, serving.settings().name()),
                    serving.pictures(),
                    serving.run().learner().data().maxResponseLength());
            final EncodedPrompt prompt = place.encode(
                    new Serving.Turns(request.system(), request.text(), request.pictures()),
                    request.sampling().maxNewTokens());
            final ChatAnswer answer =
                    new ChatAnswer(serving.settings().name(), serving.model(), request, prompt.length());
            if (request.stream() != ChatRequest.Stream.NO) {
                return CompletableFuture.completedFuture(HttpResponse.ok(stream(request, place, prompt, answer))
                        .contentType(MediaType.TEXT_EVENT_STREAM_TYPE));
            }
            return place.ask(prompt, request.n(), request.sampling(), request.seed(), null)
                    .handle((completions, failure) -> {
                        if (failure != null) {
                            throw serving.explained(failure);
                        }
                        return HttpResponse.ok(answer.whole(completions)).contentType(MediaType.APPLICATION_JSON_TYPE);
                    });
        }
    }

    private Publisher<Event<String>> stream(
            final ChatRequest request, final Serving.Place place, final EncodedPrompt prompt, final ChatAnswer answer) {
        final Pieces pieces = new Pieces(answer);
        final CompletableFuture<List<GeneratedCompletion>> completions =
                place.ask(prompt, request.n(), request.sampling(), request.seed(), pieces::add);
        completions.whenComplete((made, failure) -> {
            if (failure == null) {
                pieces.end(made);
            } else {
                pieces.fail(serving.explained(failure));
            }
        });
        return pieces.publisher(() -> completions.cancel(false));
    }
}
