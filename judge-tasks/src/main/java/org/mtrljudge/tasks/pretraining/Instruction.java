package org.mtrljudge.tasks.pretraining;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.tasks.scene.Picture;
import org.mtrljudge.tasks.scene.Reasoning;

/**
 * A question about one or two pictures with its answer, before somebody says how to answer.
 *
 * @param statement a text that the question is about; null without one
 * @param thought what leads to the answer
 */
record Instruction(
        List<Picture> pictures, @Nullable String statement, String question, Reasoning thought, Answer answer) {

    /** What the answer is, whatever the words are that the prompt allows for it. */
    sealed interface Answer {
        /** Words of the model's own. */
        record Words(String text) implements Answer {}

        /** Whether something is so. */
        record Truth(boolean holds) implements Answer {}

        /** One of two pictures. */
        record Which(boolean first) implements Answer {}
    }

    Instruction(final Picture picture, final String question, final Reasoning thought, final Answer answer) {
        this(List.of(picture), null, question, thought, answer);
    }
}
