package org.mtrljudge.learner.topics;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.event.LearnerException;
import org.mtrljudge.learner.event.TrainingListener;
import org.mtrljudge.learner.prompts.CreditWindow;
import org.mtrljudge.learner.prompts.DeadAnswers;
import org.mtrljudge.learner.settings.ExchangeLimits;
import org.mtrljudge.learner.settings.RunContext;
import org.mtrljudge.learner.state.PastRun;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.PromptRequest;

/**
 * Sends prompts and receives their answers. It keeps the credit, drops duplicates, and names the stalled stage when no answer
 * arrives.
 */
public final class Exchange implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(50);
    private final PromptWriter writer;
    private final ScoredReader reader;
    private final CreditWindow window;
    private final Runnable health;
    private final TrainingListener listener;
    private final QuietTime quiet;
    private final ExchangeLimits limits;
    private final DeadAnswers deadAnswers;
    // evaluation prompts that were sent before a restart and will be asked for again
    private final Set<String> inLog;
    // answers to prompts in inLog that arrived before ask
    private final Map<String, ScoredReader.Answer> tooEarly = new HashMap<>();
    private final List<ScoredReader.Answer> due = new ArrayList<>();
    private final List<ScoredReader.Answer> handedBack = new ArrayList<>();
    private long duplicates;

    /** @param past the records that the log has from before a restart */
    public Exchange(
            final RunContext run, final LearnerProducer producer, final PastRun past, final ExchangeLimits limits) {
        this(
                run,
                new PromptWriter(run.clients().topics(), producer, past.promptsEnd()),
                new ScoredReader(run.clients(), past.state()),
                past,
                limits);
    }

    /** @param reader is closed with this exchange */
    public Exchange(
            final RunContext run,
            final PromptWriter writer,
            final ScoredReader reader,
            final PastRun past,
            final ExchangeLimits limits) {
        this.writer = writer;
        this.reader = reader;
        this.inLog = new HashSet<>(past.evaluationIds());
        this.window = new CreditWindow(limits.outstanding());
        this.deadAnswers = new DeadAnswers(limits.maxDeadRatio(), limits.deadWindow());
        this.health = run.health();
        this.listener = run.listener();
        this.limits = limits;
        this.quiet = new QuietTime(limits, run.clock());
    }

    public int credit() {
        return window.credit();
    }

    /** The credit of an evaluation, see {@link CreditWindow#creditAtPause}. */
    public int creditAtPause() {
        return window.creditAtPause();
    }

    /**
     * Sends a prompt. A prompt that was written to the log before a restart is not sent again; its answer is read when it arrives.
     */
    public void ask(final PromptRequest prompt) {
        ask(prompt.getPromptId(), () -> writer.send(prompt));
    }

    /**
     * The prompts that have to be asked again with {@link #askAgain}, because nothing was answered for too long, and the broker may have
     * lost them, see {@link CreditWindow#perhapsLost}. Services that are only slow answer a prompt twice then; the second answer is
     * dropped.
     */
    public List<String> overdue() {
        if (window.unanswered() == 0 || !quiet.isReaskDue()) {
            return List.of();
        }
        final List<String> ids = window.perhapsLost();
        listener.warned("nothing was scored for " + quiet.seconds() + " s: " + ids.size() + " of " + window.unanswered()
                + " unanswered prompts are asked again, beginning with " + ids.get(0));
        return ids;
    }

    /** Sends an outstanding prompt again. */
    public void askAgain(final PromptRequest prompt) {
        writer.send(prompt);
        window.sentAgain(prompt.getPromptId());
    }

    /**
     * Writes a dead letter in place of a prompt that cannot be made. It is the answer to the prompt, also after a restart.
     *
     * @param pairId the pair of the prompt; null where it has none
     */
    public void refuse(final String promptId, final @Nullable String pairId, final String reason) {
        ask(promptId, () -> writer.refuse(promptId, pairId, reason));
    }

    private void ask(final String promptId, final Runnable write) {
        expectAnswers();
        window.publish(promptId);
        if (!inLog.remove(promptId)) {
            write.run();
        }
        final ScoredReader.Answer early = tooEarly.remove(promptId);
        if (early != null) {
            due.add(early);
        }
    }

    /** Waits for a prompt that was sent before a restart. */
    public void resume(final String promptId) {
        expectAnswers();
        window.resume(promptId);
    }

    private void expectAnswers() {
        if (window.outstanding() == 0) {
            // no answer could have arrived earlier, so the time without an answer starts now
            quiet.begin();
        }
    }

    /**
     * The offsets after a restart, by topic and partition: where reading of answers has to start, and where the next prompt will be
     * written.
     *
     * @param inHand the groups that were read and are neither learned nor left out
     */
    public Map<String, List<Long>> position(final List<ScoredReader.Answer> inHand) {
        final List<ScoredReader.Answer> kept = new ArrayList<>(inHand);
        kept.addAll(tooEarly.values());
        kept.addAll(handedBack);
        final Map<String, List<Long>> position = new HashMap<>(reader.position(kept));
        position.putAll(writer.position());
        return position;
    }

    /**
     * The first answers to outstanding prompts, in the order of arrival. Their credit is still held until {@link #release}.
     *
     * @throws LearnerException when too many of the last answers are dead
     */
    public List<ScoredReader.Answer> answers() {
        health.run();
        quiet.beforePoll();
        final List<ScoredReader.Answer> read = new ArrayList<>(due);
        due.clear();
        read.addAll(reader.poll(POLL));
        final List<ScoredReader.Answer> fresh = new ArrayList<>(handedBack);
        handedBack.clear();
        for (final ScoredReader.Answer answer : read) {
            if (window.answer(answer.promptId())) {
                fresh.add(answer);
                count(answer);
            } else if (inLog.contains(answer.promptId())) {
                tooEarly.putIfAbsent(answer.promptId(), answer);
            } else if (!reader.wasThereBefore(answer)) {
                duplicates++;
                tellIfUnreadable(answer);
            }
        }
        listener.backlog(window.unanswered(), reader.lag());
        quiet.afterPoll(!fresh.isEmpty());
        warnWhenStalled();
        return fresh;
    }

    /** No service writes a dead letter for a damaged answer, so its reason is told here. */
    private void tellIfUnreadable(final ScoredReader.Answer answer) {
        if (answer instanceof ScoredReader.Answer.Dead dead && reader.isUnreadable(dead)) {
            listener.warned(dead.letter().getTopic() + " at " + dead.place() + " cannot be read and answers no prompt: "
                    + dead.letter().getReason());
        }
    }

    /** Accepts answers that the caller could not use. {@link #answers} returns them again. */
    public void handBack(final List<ScoredReader.Answer> answers) {
        handedBack.addAll(answers);
    }

    /** The answers from before a restart would end the run again before the corrected services have answered. */
    private void count(final ScoredReader.Answer answer) {
        final boolean isFresh = !reader.wasThereBefore(answer);
        if (answer instanceof ScoredReader.Answer.Dead dead) {
            final DeadLetter letter = dead.letter();
            warn(dead.promptId(), letter.getService(), letter.getReason());
            if (isFresh && deadAnswers.add(true)) {
                throw tooManyDead(dead.promptId(), letter.getService(), letter.getReason());
            }
        } else if (isFresh) {
            deadAnswers.add(false);
        }
    }

    /**
     * Counts an answer as dead that the learner itself cannot use.
     *
     * @throws LearnerException when too many of the last answers are dead
     */
    public void reportDead(final ScoredReader.Answer answer, final String reason) {
        warn(answer.promptId(), PastRun.SERVICE, reason);
        if (!reader.wasThereBefore(answer) && deadAnswers.turnDead()) {
            throw tooManyDead(answer.promptId(), PastRun.SERVICE, reason);
        }
    }

    /** Says that a prompt without an answer cannot be sent again. */
    public void reportUnaskable(final String promptId, final String reason) {
        listener.warned("prompt " + promptId + " has no answer and cannot be asked again: " + reason);
    }

    private LearnerException tooManyDead(final String promptId, final String service, final String reason) {
        return new LearnerException(deadAnswers.dead() + " of the last " + limits.deadWindow()
                + " prompts are dead, more than trainer.max_dead_ratio " + limits.maxDeadRatio()
                + " accepts. The last is "
                + promptId + " (" + service + "): " + reason
                + ". Remove the cause and resume the run: it continues from its newest checkpoint");
    }

    private void warn(final String promptId, final String service, final String reason) {
        listener.warned("prompt " + promptId + " became a dead letter in the service " + service + ": " + reason);
    }

    private void warnWhenStalled() {
        if (window.unanswered() > 0 && quiet.isWarningDue()) {
            listener.warned("no group was scored for " + quiet.seconds() + " s, and " + window.unanswered()
                    + " prompts are unanswered: " + reader.stalledService());
        }
    }

    public void release(final String promptId) {
        window.release(promptId);
    }

    public void flush() {
        writer.flush();
    }

    /** The number of duplicate answers and of answers to unknown prompts. These answers are dropped. */
    public long duplicates() {
        return duplicates;
    }

    @Override
    public void close() {
        reader.close();
    }
}
