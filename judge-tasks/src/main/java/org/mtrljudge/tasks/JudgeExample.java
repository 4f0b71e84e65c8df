package org.mtrljudge.tasks;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.tasks.verdict.VerdictReading;
import org.mtrljudge.tasks.verdict.VerdictType;

/**
 * One labelled judging case.
 *
 * @param id the id, unique in its data set
 * @param prompt the turn of the user, with one {@code <image>} per image, in order
 * @param images the encoded pictures
 * @param answer the right verdict, as its type reads it
 * @param pairId the id of the pair, equal in all orders of a question; null without a pair
 * @param grade the grade by a human; null when the data has none
 * @param demonstration reasoning and verdict in the wanted format; null when unknown; used only in a warm-up
 * @param system the turn of the system before that of the user; null: there is none
 * @param reading how the verdict is found in what the judge writes
 */
public record JudgeExample(
        String id,
        String task,
        String prompt,
        List<ExampleImage> images,
        String answer,
        VerdictType verdictType,
        @Nullable String pairId,
        @Nullable String demonstration,
        @Nullable Double grade,
        @Nullable String system,
        VerdictReading reading) {

    /** An example that is asked without a turn of the system, and read as the paper reads verdicts. */
    public JudgeExample(
            final String id,
            final String task,
            final String prompt,
            final List<ExampleImage> images,
            final String answer,
            final VerdictType verdictType,
            final @Nullable String pairId,
            final @Nullable String demonstration,
            final @Nullable Double grade) {
        this(id, task, prompt, images, answer, verdictType, pairId, demonstration, grade, null, VerdictReading.STRICT);
    }

    /** The labels among which a verdict chooses; empty where it is no choice among a few. */
    public List<String> labels() {
        return verdictType.labels();
    }

    /**
     * The bytes of the encoded pictures, without their paths.
     *
     * @throws DataException when a file is missing or refused
     */
    public List<byte[]> pictures() {
        return images.stream().map(ExampleImage::bytes).toList();
    }

    /** The same example, asked with other turns: that of the user has as many places for images. */
    public JudgeExample asked(final @Nullable String bySystem, final String byUser, final VerdictReading read) {
        return new JudgeExample(
                id, task, byUser, images, answer, verdictType, pairId, demonstration, grade, bySystem, read);
    }

    /** The same example with another demonstration. */
    public JudgeExample withDemonstration(final String other) {
        return new JudgeExample(id, task, prompt, images, answer, verdictType, pairId, other, grade, system, reading);
    }
}
