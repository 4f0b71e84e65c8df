package org.mtrljudge.reward.python;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.reward.grader.Deadline;
import org.mtrljudge.reward.grader.FailureReason;
import org.mtrljudge.reward.grader.Grade;
import org.mtrljudge.reward.grader.Grader;
import org.mtrljudge.reward.grader.GraderClosedException;
import org.mtrljudge.reward.grader.ScoredCompletion;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.codec.ImageStore;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.tasks.Judged;
import org.mtrljudge.tasks.verdict.Label;

/**
 * A function of the user that grades completions. The score is the number that it returns, or score, overall or reward of a dictionary, whose
 * other numbers are components too.
 */
public final class PythonFunction implements Grader {
    private final FunctionSettings settings;
    private final Pictures pictures;
    private final Terms terms;
    private final AtomicLong ids = new AtomicLong();
    private @Nullable WorkerPool pool;
    // several services of one process can have the same reward set
    private int users;

    /** @param images the pictures that a function may ask for */
    public PythonFunction(final FunctionSettings settings, final ImageStore images) {
        this.settings = settings;
        this.pictures = new Pictures(settings.images(), images);
        this.terms = new Terms(
                settings.key(),
                ScoredCompletion.components(settings.components()),
                settings.timeoutMs(),
                settings.retries(),
                // more than there are processes: one that hangs keeps its group
                2 * settings.workers(),
                0,
                false);
    }

    @Override
    public Terms terms() {
        return terms;
    }

    @Override
    public synchronized void open() {
        if (pool == null) {
            settings.requireFile();
            pool = new WorkerPool(settings, sample());
        }
        users++;
    }

    @Override
    public synchronized void close() {
        users = Math.max(0, users - 1);
        if (pool != null && users == 0) {
            pool.close();
            pool = null;
        }
    }

    private synchronized WorkerPool opened() {
        if (pool == null) {
            throw new GraderClosedException("the function " + settings.name() + " is not open");
        }
        return pool;
    }

    @Override
    public List<Grade> grade(final PromptRequest prompt, final List<Judged> completions, final Deadline end) {
        final WorkerPool now = opened();
        final ArrayNode shown = pictures.of(prompt);
        // one completion after the other where all processes have work: fewer frames
        final int parts = now.isBatch() ? 1 : Math.max(1, Math.min(now.free(), completions.size()));
        final int size = (completions.size() + parts - 1) / parts;
        final List<FunctionCall> calls = new ArrayList<>();
        for (int i = 0; i < completions.size(); i += size) {
            calls.add(call(prompt, completions.subList(i, Math.min(completions.size(), i + size)), shown));
        }
        final List<Grade> grades = new ArrayList<>();
        try {
            calls.forEach(now::add);
            for (final FunctionCall call : calls) {
                grades.addAll(
                        grades(completions.subList(grades.size(), grades.size() + call.completions()), call, end));
            }
        } finally {
            // where nobody waits for them any more
            calls.forEach(call -> call.end().cancel(false));
        }
        if (now.isClosed()) {
            throw new GraderClosedException("the function " + settings.name() + " is being stopped");
        }
        return grades;
    }

    private FunctionCall call(final PromptRequest prompt, final List<Judged> completions, final ArrayNode shown) {
        final ObjectNode request = Mappers.JSON.createObjectNode();
        request.put("id", ids.incrementAndGet());
        request.set("images", shown);
        final ArrayNode all = request.putArray("completions");
        completions.forEach(completion -> all.add(described(prompt.getPromptId(), prompt.getText(), completion)));
        return FunctionCall.of(request, completions.size());
    }

    private static ObjectNode described(final String promptId, final String question, final Judged completion) {
        final ObjectNode described = Mappers.JSON.createObjectNode();
        described.put("prompt_id", promptId);
        described.put("task", completion.task());
        described.put("prompt", question);
        described.put("response", completion.text());
        described.put("response_length", completion.tokens());
        described.put("ground_truth", completion.reference());
        described.put("finished", completion.finished());
        described.set("labels", Mappers.JSON.valueToTree(completion.labels()));
        return described;
    }

    private List<Grade> grades(final List<Judged> asked, final FunctionCall call, final Deadline end) {
        Grade otherwise = new Grade.Failed(FailureReason.GARBLED, "gave too few answers");
        try {
            call.end().get(end.leftMs(), TimeUnit.MILLISECONDS);
        } catch (final TimeoutException e) {
            call.end().cancel(false);
            otherwise = new Grade.Failed(
                    FailureReason.TIMEOUT, "had no time left for it after " + end.limitMs() + " ms for its group");
        } catch (final ExecutionException e) {
            otherwise = e.getCause() instanceof WorkerException lost
                    ? new Grade.Failed(lost.reason(), String.valueOf(lost.getMessage()))
                    : new Grade.Failed(FailureReason.DIED, "failed: " + e.getCause());
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GraderClosedException("interrupted");
        }
        // a process can have answered some before it was lost
        final List<JsonNode> answers = List.copyOf(call.answers());
        final List<Grade> grades = new ArrayList<>();
        for (int i = 0; i < asked.size(); i++) {
            grades.add(i < answers.size() ? grade(asked.get(i), answers.get(i)) : otherwise);
        }
        return grades;
    }

    private Grade grade(final Judged completion, final JsonNode answer) {
        if (answer.has("failure")) {
            return new Grade.Failed(
                    reason(answer.path("failure").asText()),
                    answer.path("message").asText());
        }
        final Map<String, Double> values = new HashMap<>();
        answer.path("components")
                .properties()
                .forEach(component ->
                        values.put(component.getKey(), component.getValue().asDouble(Double.NaN)));
        return ScoredCompletion.grade(completion, values, List.of());
    }

    private static FailureReason reason(final String word) {
        try {
            return FailureReason.valueOf(word.toUpperCase(Locale.ROOT));
        } catch (final IllegalArgumentException e) {
            return FailureReason.GARBLED;
        }
    }

    /** A completion to try the function on before there are others. */
    private JsonNode sample() {
        final Judged completion = new Judged(
                settings.tasks().isEmpty() ? "sample" : settings.tasks().get(0),
                "yes",
                Label.of("yes", "no"),
                "<think>there is a ball</think><answer>yes</answer>",
                true,
                12);
        return described("sample", "Is there a ball?", completion);
    }
}
