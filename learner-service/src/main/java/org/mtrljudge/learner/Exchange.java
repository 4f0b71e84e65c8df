package org.mtrljudge.learner;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.mtrljudge.schemas.PromptRequest;

/**
 * Prompts out, answers back. Keeps the credit, drops duplicates, and names the stage that stands still when nothing comes.
 */
final class Exchange implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(50);
    private final PromptWriter writer;
    private final ScoredReader reader;
    private final CreditWindow window;
    private final Runnable health;
    private final TrainingListener listener;
    private final Clock clock;
    private final long stallWarningMs;
    private final Set<String> inLog; // asked before a restart, to be asked again
    private final Map<String, ScoredReader.Answer> tooEarly = new HashMap<>(); // answers to those
    private final List<ScoredReader.Answer> due = new ArrayList<>();
    private final List<ScoredReader.Answer> handedBack = new ArrayList<>();
    private long duplicates;
    private long lastAnswerMs;
    private long lastWarningMs;

    /**
     * @param past what the log has from before a restart
     * @param limit prompts that may be outstanding
     * @param stallWarningMs without an answer, after which a warning says which service is at a standstill
     */
    Exchange(final RunContext run, final PastRun past, final int limit, final long stallWarningMs) {
        this(
                run,
                new PromptWriter(run.clients(), past.promptsEnd()),
                new ScoredReader(run.clients(), past.state().offsets()),
                past,
                limit,
                stallWarningMs);
    }

    /** The writer and the reader are closed with this. */
    Exchange(
            final RunContext run,
            final PromptWriter writer,
            final ScoredReader reader,
            final PastRun past,
            final int limit,
            final long stallWarningMs) {
        this.writer = writer;
        this.reader = reader;
        this.inLog = new HashSet<>(past.evaluationIds());
        this.window = new CreditWindow(limit);
        this.health = run.health();
        this.listener = run.listener();
        this.clock = run.clock();
        this.stallWarningMs = stallWarningMs;
        this.lastAnswerMs = clock.millis();
    }

    int credit() {
        return window.credit();
    }

    /** Asks; what the log has from before a restart is not sent again, its answer is read as it comes. */
    void ask(final PromptRequest prompt) {
        expectAnswers();
        window.publish(prompt.getPromptId());
        if (!inLog.remove(prompt.getPromptId())) {
            writer.send(prompt);
        }
        final ScoredReader.Answer early = tooEarly.remove(prompt.getPromptId());
        if (early != null) {
            due.add(early);
        }
    }

    /** Waits for a prompt that was asked before a restart. */
    void resume(final String promptId) {
        expectAnswers();
        window.resume(promptId);
    }

    private void expectAnswers() {
        if (window.outstanding() == 0) {
            lastAnswerMs = clock.millis(); // nothing could have come before
        }
    }

    /**
     * Where answers are to be read after a restart, and where the next prompt comes to lie, by topic.
     *
     * @param inHand where the first group lies that was read and is not settled
     */
    Map<String, Long> position(final long inHand) {
        final List<ScoredReader.Answer> kept = new ArrayList<>(tooEarly.values());
        kept.addAll(handedBack);
        final Map<String, Long> position = new HashMap<>(reader.position(inHand, kept));
        position.putAll(writer.position());
        return position;
    }

    /** First answers to outstanding prompts, as they come. Their credit is still held: {@link #release} it. */
    List<ScoredReader.Answer> answers() {
        health.run();
        final List<ScoredReader.Answer> read = new ArrayList<>(due);
        due.clear();
        read.addAll(reader.poll(POLL));
        final List<ScoredReader.Answer> fresh = new ArrayList<>(handedBack);
        handedBack.clear();
        for (final ScoredReader.Answer answer : read) {
            if (window.answer(answer.promptId())) {
                fresh.add(answer);
                reportDead(answer);
            } else if (inLog.contains(answer.promptId())) {
                tooEarly.putIfAbsent(answer.promptId(), answer);
            } else if (!reader.wasThereBefore(answer)) {
                duplicates++;
            }
        }
        listener.backlog(window.unanswered(), reader.lag());
        final long now = clock.millis();
        lastAnswerMs = fresh.isEmpty() ? lastAnswerMs : now;
        warnWhenStalled(now);
        return fresh;
    }

    /** Takes answers back that were of no use to the caller: {@link #answers} gives them once more. */
    void handBack(final List<ScoredReader.Answer> answers) {
        handedBack.addAll(answers);
    }

    private void reportDead(final ScoredReader.Answer answer) {
        if (answer instanceof ScoredReader.Answer.Dead dead) {
            listener.warned("prompt " + dead.promptId() + " is dead ("
                    + dead.letter().getService() + "): " + dead.letter().getReason());
        }
    }

    private void warnWhenStalled(final long now) {
        if (now - Math.max(lastAnswerMs, lastWarningMs) > stallWarningMs && window.unanswered() > 0) {
            lastWarningMs = now;
            listener.warned("nothing was scored for " + (now - lastAnswerMs) / 1000 + " s, " + window.unanswered()
                    + " prompts are unanswered: " + reader.stalledService());
        }
    }

    void release(final String promptId) {
        window.release(promptId);
    }

    void flush() {
        writer.flush();
    }

    /** Answers that came a second time, or to nobody: counted and dropped. */
    long duplicates() {
        return duplicates;
    }

    @Override
    public void close() {
        writer.close();
        reader.close();
    }
}
