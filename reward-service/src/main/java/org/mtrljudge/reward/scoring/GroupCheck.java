package org.mtrljudge.reward.scoring;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.mtrljudge.reward.rule.RewardSet;
import org.mtrljudge.reward.rule.TaskReward;
import org.mtrljudge.schemas.Completion;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.tasks.verdict.Label;
import org.mtrljudge.tasks.verdict.Score;
import org.mtrljudge.tasks.verdict.VerdictReading;
import org.mtrljudge.tasks.verdict.VerdictType;

/** What a group must be so that it can be scored. */
public final class GroupCheck {
    /** In characters. A completion of 32,768 tokens fits; a longer text cannot be a completion. */
    static final int MAX_TEXT_LENGTH = 256 << 10;

    private static final int MAX_COMPLETIONS = 1024;
    private static final int MAX_LABELS = 1000;
    /** In characters, of all labels. One may be long: a text that is compared with. */
    private static final long MAX_LABELS_LENGTH = 1_000_000;

    /** In characters. */
    private static final int MAX_TYPE_LENGTH = 100_000;

    private final RewardSet set;

    GroupCheck(final RewardSet set) {
        this.set = set;
    }

    /** @throws IllegalArgumentException when the group can never be scored; the message is the reason in the dead letter */
    void check(final RolloutGroup group) {
        checkForm(group);
        final PromptRequest prompt = group.getPrompt();
        if (prompt.getPurpose() != Purpose.EVAL) {
            final TaskReward reward = set.of(prompt.getTask());
            require(
                    prompt.getPairId() != null || reward.orders() == 1,
                    "position_consistency needs prompts with a pair, but this prompt has none");
            if (reward.comparative() != null) {
                final VerdictType type = typeOf(prompt);
                require(
                        type instanceof Score,
                        "comparative needs scores, but the verdict of this prompt is " + type.allowed());
            }
        }
    }

    /**
     * What holds for every group, whatever its reward.
     *
     * @throws IllegalArgumentException when the group can never be scored; the message is the reason in the dead letter
     */
    public static void checkForm(final RolloutGroup group) {
        final PromptRequest prompt = group.getPrompt();
        require(!group.getCompletions().isEmpty(), "the group has no completions");
        require(
                group.getCompletions().size() <= MAX_COMPLETIONS,
                "the group has " + group.getCompletions().size() + " completions, at most " + MAX_COMPLETIONS
                        + " are allowed");
        require(
                group.getCompletions().size() == prompt.getGroupSize(),
                "the group has " + group.getCompletions().size() + " completions, its prompt asked for "
                        + prompt.getGroupSize());
        final VerdictType type = typeOf(prompt);
        // a verifier may look through all labels for each completion, and name them in its reason
        require(
                type.labels().size() <= MAX_LABELS
                        && type.labels().stream().mapToLong(String::length).sum() <= MAX_LABELS_LENGTH,
                "at most " + MAX_LABELS + " labels of together at most " + MAX_LABELS_LENGTH
                        + " characters are allowed");
        require(
                prompt.getReference().equals(type.readReference(prompt.getReference())),
                "the reference '" + prompt.getReference() + "' is not " + type.allowed());
        group.getCompletions().forEach(GroupCheck::check);
    }

    static VerdictType typeOf(final PromptRequest prompt) {
        final String type = prompt.getVerdictType();
        if (type == null) {
            return new Label(prompt.getLabels());
        }
        require(
                type.length() <= MAX_TYPE_LENGTH,
                "a type of verdict has at most " + MAX_TYPE_LENGTH + " characters, but this one has " + type.length());
        try {
            return VerdictType.ofJson(type);
        } catch (final IllegalArgumentException e) {
            throw new IllegalArgumentException("the type of verdict cannot be read: " + e.getMessage(), e);
        }
    }

    static VerdictReading readingOf(final PromptRequest prompt) {
        final String reading = prompt.getReading();
        if (reading == null) {
            return VerdictReading.STRICT;
        }
        require(
                reading.length() <= MAX_TYPE_LENGTH,
                "a reading of verdicts has at most " + MAX_TYPE_LENGTH + " characters, but this one has "
                        + reading.length());
        try {
            return VerdictReading.ofJson(reading);
        } catch (final IllegalArgumentException e) {
            throw new IllegalArgumentException("the reading of verdicts is wrong: " + e.getMessage(), e);
        }
    }

    private static void check(final Completion completion) {
        final ByteBuffer logProbs = completion.getLogProbs().duplicate().order(ByteOrder.LITTLE_ENDIAN);
        require(
                completion.getTokens().remaining() == logProbs.remaining() && logProbs.remaining() % Float.BYTES == 0,
                "the number of tokens differs from the number of log-probabilities");
        final int length = completion.getText().length();
        if (length > MAX_TEXT_LENGTH) {
            throw new IllegalArgumentException(
                    "a completion has " + length + " characters, at most " + MAX_TEXT_LENGTH + " are allowed");
        }
        while (logProbs.hasRemaining()) {
            final float logProb = logProbs.getFloat();
            if (!Float.isFinite(logProb)) {
                throw new IllegalArgumentException("a behaviour log-probability is " + logProb);
            }
        }
    }

    static void require(final boolean holds, final String reason) {
        if (!holds) {
            throw new IllegalArgumentException(reason);
        }
    }
}
