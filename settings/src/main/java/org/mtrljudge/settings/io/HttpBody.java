package org.mtrljudge.settings.io;

import java.io.IOException;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Reads the bodies of HTTP answers, which could grow for ever. They could also last for ever: the time-out of a request ends with the headers
 * of its answer, so limit the time of the whole exchange with {@code sendAsync(…).get(limit)}.
 */
public final class HttpBody {
    private HttpBody() {}

    /** An answer is larger than it may be. */
    public static final class TooLarge extends IOException {
        private TooLarge(final int maxBytes) {
            super("the answer is larger than " + maxBytes + " bytes");
        }
    }

    /** Accepts bodies of at most so many bytes. A larger one is not read to its end, and fails with {@link TooLarge}. */
    public static BodyHandler<byte[]> upTo(final int maxBytes) {
        return headers -> new Bounded(maxBytes);
    }

    private static final class Bounded implements BodySubscriber<byte[]> {
        private final BodySubscriber<byte[]> whole = BodySubscribers.ofByteArray();
        private final int maxBytes;
        private Flow.@Nullable Subscription subscription;
        private long bytes;

        private Bounded(final int maxBytes) {
            this.maxBytes = maxBytes;
        }

        @Override
        public CompletionStage<byte[]> getBody() {
            return whole.getBody();
        }

        @Override
        public void onSubscribe(final Flow.Subscription to) {
            subscription = to;
            whole.onSubscribe(to);
        }

        @Override
        public void onNext(final List<ByteBuffer> next) {
            bytes += next.stream().mapToLong(ByteBuffer::remaining).sum();
            if (bytes <= maxBytes) {
                whole.onNext(next);
            } else if (subscription != null) {
                subscription.cancel();
                subscription = null;
                whole.onError(new TooLarge(maxBytes));
            }
        }

        @Override
        public void onError(final Throwable why) {
            whole.onError(why);
        }

        @Override
        public void onComplete() {
            whole.onComplete();
        }
    }
}
