package org.mtrljudge.standalone.serve;

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
import java.util.concurrent.CompletableFuture;
import org.mtrljudge.settings.io.Mappers;
import org.reactivestreams.Publisher;

/** OpenAI's chat completions, and the list of models. */
@Controller("/v1")
@Requires(beans = Serving.class)
final class ChatController {
    private final Serving serving;

    ChatController(final Serving serving) {
        this.serving = serving;
    }

    @Get("/models")
    String models() {
        final var list = Mappers.JSON.createObjectNode().put("object", "list");
        list.putArray("data")
                .addObject()
                .put("id", serving.settings().name())
                .put("object", "model")
                .put("owned_by", "mt-rl-judge");
        return list.toString();
    }

    /** Completions of a conversation; with {@code stream}, as events. */
    @Post(value = "/chat/completions", consumes = MediaType.ALL)
    @ExecuteOn(TaskExecutors.BLOCKING)
    CompletableFuture<HttpResponse<?>> complete(@Body final byte[] body) {
        final ChatRequest request = ChatRequest.of(
                Requests.json(body, serving.settings().name()),
                serving.pictures(),
                serving.run().learner().data().maxResponseLength());
        final Serving.Prepared prepared =
                serving.prepare(new Serving.Turns(request.system(), request.text(), request.pictures()));
        final ChatAnswer answer = new ChatAnswer(
                serving.settings().name(),
                serving.model(),
                request,
                prepared.prompt().length());
        if (request.stream() != ChatRequest.Stream.NO) {
            return CompletableFuture.completedFuture(
                    HttpResponse.ok(stream(request, prepared, answer)).contentType(MediaType.TEXT_EVENT_STREAM_TYPE));
        }
        return prepared.ask(request.n(), request.sampling(), request.seed(), null)
                .handle((completions, failure) -> {
                    if (failure != null) {
                        throw serving.explained(failure);
                    }
                    return HttpResponse.ok(answer.whole(completions)).contentType(MediaType.APPLICATION_JSON_TYPE);
                });
    }

    private Publisher<Event<String>> stream(
            final ChatRequest request, final Serving.Prepared prepared, final ChatAnswer answer) {
        final Pieces pieces = new Pieces(answer);
        final var completions = prepared.ask(request.n(), request.sampling(), request.seed(), pieces::add);
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
