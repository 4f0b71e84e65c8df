package org.mtrljudge.standalone.serve;

import io.micronaut.http.sse.Event;
import java.util.List;
import org.mtrljudge.model.generation.GeneratedCompletion;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Sinks;

/** A streamed answer: events that are written while the model generates. For all threads. */
final class Pieces {
    private static final String END = "[DONE]";

    private final Sinks.Many<Event<String>> events = Sinks.many().unicast().onBackpressureBuffer();
    private final ChatAnswer answer;
    private boolean ended;

    Pieces(final ChatAnswer answer) {
        this.answer = answer;
    }

    /** @param abandoned is run when nobody reads the answer any more */
    Publisher<Event<String>> publisher(final Runnable abandoned) {
        return events.asFlux().doOnCancel(abandoned);
    }

    synchronized void add(final List<GeneratedCompletion> completions) {
        if (!ended) {
            answer.pieces(completions, false).forEach(this::emit);
        }
    }

    synchronized void end(final List<GeneratedCompletion> completions) {
        answer.pieces(completions, true).forEach(this::emit);
        close();
    }

    /** The status was sent long ago, so the reason is an event. */
    synchronized void fail(final RequestException why) {
        emit(Requests.error(why));
        close();
    }

    private void close() {
        ended = true;
        emit(END);
        events.tryEmitComplete();
    }

    private void emit(final String data) {
        events.tryEmitNext(Event.of(data));
    }
}
