package org.mtrljudge.reward.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.reward.grader.Deadline;
import org.mtrljudge.reward.grader.FailedScoreException;
import org.mtrljudge.reward.grader.FailureReason;
import org.mtrljudge.reward.grader.Grade;
import org.mtrljudge.reward.grader.Grader;
import org.mtrljudge.reward.grader.GraderClosedException;
import org.mtrljudge.reward.grader.KeptAnswers;
import org.mtrljudge.reward.grader.ScoredCompletion;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.codec.ImageStore;
import org.mtrljudge.settings.io.HttpBody;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.tasks.Judged;

/**
 * A server that grades completions. Only the status 200 with a body of its protocol is a grade: all else is a failure. Redirections are not
 * followed, so nothing is sent to a host that the settings do not name.
 */
public final class RewardServer implements Grader {
    private static final int MAX_BODY_BYTES = 16 << 20;
    private static final int OK = 200;

    private final ServerSettings settings;
    private final ImageStore images;
    private final Terms terms;
    private final Semaphore room;
    // an offer of HTTP/2 makes uvicorn drop the body of a request
    private final HttpClient http;
    private volatile @Nullable String key;

    /** @param images the pictures that a judge sees */
    public RewardServer(final ServerSettings settings, final ImageStore images) {
        this.settings = settings;
        this.images = images;
        final int calls = settings.protocol().callsPerCompletion();
        final List<String> named = new ArrayList<>(settings.components());
        named.addAll(settings.protocol().components());
        this.terms = new Terms(
                settings.name(),
                ScoredCompletion.components(named),
                // the calls for one completion, of which so many are made at the same time
                settings.timeoutMs() * Math.max(1, (calls + settings.concurrency() - 1) / settings.concurrency()),
                settings.retries(),
                settings.concurrency(),
                calls,
                true);
        this.room = new Semaphore(settings.concurrency());
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(Duration.ofMillis(settings.timeoutMs()))
                .build();
    }

    @Override
    public Terms terms() {
        return terms;
    }

    /** Whether it is a judge, which says something and not a number alone. */
    public boolean isJudge() {
        return settings.protocol() instanceof OpenAiJudge;
    }

    /**
     * The same judge, which is not asked: what it said before is read. A completion of which nothing is kept has no grade.
     *
     * @throws IllegalStateException when it is no judge
     */
    public Grader reading(final KeptAnswers kept) {
        if (settings.protocol() instanceof OpenAiJudge judge) {
            return new KeptJudge(judge, terms, kept);
        }
        throw new IllegalStateException(settings.name() + " is no judge");
    }

    @Override
    public void open() {
        key = settings.key().read();
    }

    @Override
    public List<Grade> grade(final PromptRequest prompt, final List<Judged> completions, final Deadline end) {
        if (settings.protocol() instanceof Protocol.OpenRlhf lists) {
            return together(lists, lists.request(prompt, completions), completions, end);
        }
        final Protocol.Single single = (Protocol.Single) settings.protocol();
        final List<byte[]> pictures = single.seesPictures() ? images.readAll(prompt) : List.of();
        final List<List<CompletableFuture<JsonNode>>> asked = new ArrayList<>();
        try {
            for (final Judged completion : completions) {
                asked.add(single.requests(prompt, completion, pictures).stream()
                        .map(request -> send(request, end))
                        .toList());
            }
            final List<Grade> grades = new ArrayList<>();
            for (int i = 0; i < completions.size(); i++) {
                grades.add(grade(single, asked.get(i), completions.get(i), end));
            }
            return grades;
        } finally {
            // where nobody waits for them any more
            asked.forEach(all -> all.forEach(one -> one.cancel(true)));
        }
    }

    private List<Grade> together(
            final Protocol.OpenRlhf lists, final JsonNode request, final List<Judged> completions, final Deadline end) {
        try {
            final List<Protocol.Reply> replies = lists.read(answer(send(request, end), end), completions.size());
            final List<Grade> grades = new ArrayList<>();
            for (int i = 0; i < completions.size(); i++) {
                grades.add(ScoredCompletion.grade(
                        completions.get(i),
                        replies.get(i).components(),
                        replies.get(i).said()));
            }
            return grades;
        } catch (final FailedScoreException e) {
            return Collections.nCopies(
                    completions.size(), new Grade.Failed(e.reason(), String.valueOf(e.getMessage())));
        }
    }

    private Grade grade(
            final Protocol.Single single,
            final List<CompletableFuture<JsonNode>> asked,
            final Judged completion,
            final Deadline end) {
        try {
            final List<JsonNode> answers = new ArrayList<>();
            for (final CompletableFuture<JsonNode> one : asked) {
                answers.add(answer(one, end));
            }
            final Protocol.Reply reply = single.read(answers);
            return ScoredCompletion.grade(completion, reply.components(), reply.said());
        } catch (final FailedScoreException e) {
            asked.forEach(one -> one.cancel(true));
            return new Grade.Failed(e.reason(), String.valueOf(e.getMessage()));
        }
    }

    /** Sends a request when there is room for it. The future fails with {@link FailedScoreException}; cancelled, it ends the exchange. */
    private CompletableFuture<JsonNode> send(final JsonNode content, final Deadline end) {
        final HttpRequest request = request(content);
        try {
            if (!room.tryAcquire(end.leftMs(), TimeUnit.MILLISECONDS)) {
                return CompletableFuture.failedFuture(late(end));
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GraderClosedException("interrupted");
        }
        // the time-out of the request ends with the headers of the answer, this one with its body
        final CompletableFuture<HttpResponse<byte[]>> exchange = http.sendAsync(request, HttpBody.upTo(MAX_BODY_BYTES));
        final CompletableFuture<JsonNode> answer = exchange.copy()
                .orTimeout(settings.timeoutMs(), TimeUnit.MILLISECONDS)
                .whenComplete((response, failure) -> {
                    room.release();
                    // ends an exchange whose body drips
                    exchange.cancel(true);
                })
                .thenApply(RewardServer::content);
        answer.whenComplete((read, failure) -> {
            if (answer.isCancelled()) {
                exchange.cancel(true);
            }
        });
        return answer;
    }

    private HttpRequest request(final JsonNode content) {
        final HttpRequest.Builder request = HttpRequest.newBuilder(settings.url())
                .header("Content-Type", "application/json")
                .timeout(Duration.ofMillis(settings.timeoutMs()))
                .POST(HttpRequest.BodyPublishers.ofString(content.toString()));
        if (key != null) {
            request.header("Authorization", "Bearer " + key);
        }
        return request.build();
    }

    private static JsonNode content(final HttpResponse<byte[]> response) {
        if (response.statusCode() != OK) {
            throw new FailedScoreException(
                    FailureReason.HTTP_STATUS,
                    "answered with status " + response.statusCode() + ": " + start(response.body()));
        }
        try {
            final JsonNode read = Mappers.JSON.readTree(response.body());
            if (read == null || read.isMissingNode()) {
                throw new FailedScoreException(FailureReason.GARBLED, "answered nothing");
            }
            return read;
        } catch (final JsonProcessingException e) {
            throw new FailedScoreException(
                    FailureReason.GARBLED, "answered what is no JSON: " + start(response.body()));
        } catch (final IOException e) {
            throw new FailedScoreException(FailureReason.GARBLED, "answered what cannot be read");
        }
    }

    private static String start(final byte[] body) {
        return new String(body, 0, Math.min(body.length, 200), StandardCharsets.UTF_8);
    }

    private JsonNode answer(final CompletableFuture<JsonNode> asked, final Deadline end) {
        try {
            return asked.get(end.leftMs(), TimeUnit.MILLISECONDS);
        } catch (final TimeoutException e) {
            asked.cancel(true);
            throw late(end);
        } catch (final ExecutionException e) {
            throw failed(e.getCause());
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GraderClosedException("interrupted");
        }
    }

    private FailedScoreException failed(final @Nullable Throwable why) {
        if (why instanceof FailedScoreException own) {
            return own;
        }
        if (why instanceof TimeoutException || why instanceof HttpTimeoutException) {
            return new FailedScoreException(
                    FailureReason.TIMEOUT, "gave no answer within " + settings.timeoutMs() + " ms");
        }
        return why instanceof HttpBody.TooLarge
                ? new FailedScoreException(FailureReason.GARBLED, "failed: " + why.getMessage())
                : new FailedScoreException(FailureReason.UNREACHABLE, "cannot be reached: " + why);
    }

    private static FailedScoreException late(final Deadline end) {
        return new FailedScoreException(
                FailureReason.TIMEOUT, "had no time left for it after " + end.limitMs() + " ms for its group");
    }
}
