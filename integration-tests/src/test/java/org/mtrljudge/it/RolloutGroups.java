package org.mtrljudge.it;

import java.util.ArrayList;
import java.util.List;
import org.mtrljudge.schemas.Completion;
import org.mtrljudge.schemas.FinishReason;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.Sampling;
import org.mtrljudge.schemas.codec.PackedArrays;

/** Makes rollout groups for tests of the stages after the actor. */
public final class RolloutGroups {
    static final String RIGHT = "<think>seen ball</think><answer>yes</answer>";
    static final String WRONG = "<think>seen ball</think><answer>no</answer>";
    // A right answer in the wrong format.
    static final String BARE = "<answer>yes</answer>";

    private RolloutGroups() {}

    static RolloutGroup group(final String id, final String task, final int version, final String... texts) {
        final List<Completion> completions = new ArrayList<>();
        for (final String text : texts) {
            completions.add(completion(text, -0.2f));
        }
        return new RolloutGroup(prompt(id, task, texts.length), version, "digest", "actor", completions, 0L, 1.0, 9);
    }

    static Completion completion(final String text, final float logProb) {
        return new Completion(
                text,
                PackedArrays.ofInts(new int[] {1, 2}),
                PackedArrays.ofFloats(new float[] {-0.1f, logProb}),
                FinishReason.STOP,
                null);
    }

    public static PromptRequest prompt(final String id, final String task, final int groupSize) {
        return new PromptRequest(
                id,
                task,
                "a ball?",
                List.of(),
                "yes",
                List.of("yes", "no"),
                groupSize,
                new Sampling(1.0, 1.0, 64, 1L),
                Purpose.TRAIN,
                0,
                null,
                null,
                null,
                null);
    }
}
