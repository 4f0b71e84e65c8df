package org.mtrljudge.reward.grader;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.tasks.Judged;
import org.mtrljudge.tasks.Verification;

/** Asks a grader about the completions of a prompt, and again about those that it failed on. It never makes up a grade. */
public final class Grading {
    /** Every component of a task is a curve of the run and a sum in its statistics. */
    private static final int MAX_COMPONENTS = 100;

    private static final long FIRST_PAUSE_MS = 100;
    private static final long LONGEST_PAUSE_MS = 5000;
    private static final int MOST_DOUBLINGS = 6;

    private final Grader grader;

    public Grading(final Grader grader) {
        this.grader = grader;
    }

    /**
     * @param limitMs the time limit of all calls together; 0: none
     * @return one verification per completion, in their order
     * @throws FailedScoreException when a completion has no grade after all attempts; it names the first
     */
    public List<Verification> verify(final PromptRequest prompt, final List<Judged> completions, final long limitMs) {
        return verify(prompt, completions, Deadline.in(limitMs));
    }

    /** The same until a moment. */
    List<Verification> verify(final PromptRequest prompt, final List<Judged> completions, final Deadline end) {
        final List<Grade> grades = new ArrayList<>(ask(prompt, completions, end));
        for (int retry = 0; retry < grader.terms().retries() && pause(retry, grades, end); retry++) {
            final int[] again = IntStream.range(0, grades.size())
                    .filter(i -> grades.get(i) instanceof Grade.Failed)
                    .toArray();
            final List<Grade> more =
                    ask(prompt, IntStream.of(again).mapToObj(completions::get).toList(), end);
            for (int i = 0; i < again.length; i++) {
                grades.set(again[i], more.get(i));
            }
        }
        return grades.stream().map(this::verification).toList();
    }

    private List<Grade> ask(final PromptRequest prompt, final List<Judged> completions, final Deadline end) {
        try {
            final List<Grade> grades = grader.grade(prompt, completions, end).stream()
                    .map(this::checked)
                    .toList();
            return grades.size() == completions.size()
                    ? grades
                    : all(
                            completions,
                            new Grade.Failed(
                                    FailureReason.WRONG_COUNT,
                                    grades.size() + " grades for " + completions.size() + " completions"));
        } catch (final GraderClosedException e) {
            throw e;
        } catch (final RuntimeException | LinkageError | StackOverflowError e) {
            // a plug-in may throw anything
            return all(completions, new Grade.Failed(FailureReason.RAISED, "failed: " + e));
        }
    }

    private static List<Grade> all(final List<Judged> completions, final Grade grade) {
        return completions.stream().map(completion -> grade).toList();
    }

    /** @return whether something failed and there is time to ask again, after a pause that grows */
    private static boolean pause(final int retry, final List<Grade> grades, final Deadline end) {
        if (grades.stream().noneMatch(Grade.Failed.class::isInstance)) {
            return false;
        }
        final long pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS << Math.min(retry, MOST_DOUBLINGS));
        // several services that failed together should not come back together
        final long jitteredMs = pauseMs / 2 + ThreadLocalRandom.current().nextLong(pauseMs);
        if (jitteredMs >= end.leftMs() || Thread.currentThread().isInterrupted()) {
            return false;
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(jitteredMs));
        return true;
    }

    private Verification verification(final Grade grade) {
        if (grade instanceof Grade.Failed failed) {
            throw new FailedScoreException(
                    failed.reason(), "the verifier '" + grader.terms().name() + "' " + failed.message());
        }
        return ((Grade.Given) grade).verification();
    }

    private Grade checked(final Grade grade) {
        if (!(grade instanceof Grade.Given given)) {
            return grade;
        }
        final Verification verification = given.verification();
        if (verification == null) {
            return new Grade.Failed(FailureReason.NO_SCORE, "failed: it returned null");
        }
        if (!verification.components().keySet().containsAll(grader.terms().components())) {
            return new Grade.Failed(
                    FailureReason.NO_SCORE,
                    "returned " + verification.components().keySet() + ", but it declares "
                            + grader.terms().components());
        }
        if (verification.components().size() > MAX_COMPONENTS) {
            return new Grade.Failed(
                    FailureReason.GARBLED,
                    "gave " + verification.components().size() + " components, at most " + MAX_COMPONENTS
                            + " are allowed");
        }
        for (final Map.Entry<String, Double> component :
                verification.components().entrySet()) {
            if (!Double.isFinite(component.getValue())) {
                return new Grade.Failed(
                        FailureReason.NOT_A_NUMBER,
                        "gave " + component.getValue() + " for '" + component.getKey() + "'");
            }
        }
        return grade;
    }
}
