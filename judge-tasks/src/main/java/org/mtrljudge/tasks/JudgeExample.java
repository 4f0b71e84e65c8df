package org.mtrljudge.tasks;

import java.util.List;
import org.jspecify.annotations.Nullable;
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
        @Nullable Double grade) {

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

    /** The same example with another turn of the user, which has as many places for images. */
    public JudgeExample withPrompt(final String other) {
        return new JudgeExample(id, task, other, images, answer, verdictType, pairId, demonstration, grade);
    }

    /** The same example with another demonstration. */
    public JudgeExample withDemonstration(final String other) {
        return new JudgeExample(id, task, prompt, images, answer, verdictType, pairId, other, grade);
    }
}
