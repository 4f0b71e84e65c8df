package org.mtrljudge.tasks;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One labelled judging case.
 *
 * @param id unique in its data set
 * @param prompt the user's turn, one {@code <image>} for each image, in order
 * @param images encoded pictures
 * @param answer the label a right verdict equals
 * @param labels every verdict the task allows
 * @param pairId the example that asks the same in the other order has the same one; null where there is none
 * @param grade a human's, where the data has one
 * @param demonstration reasoning and verdict in the wanted format, where one is known; only ever shown in a warm-up
 */
public record JudgeExample(
        String id,
        String task,
        String prompt,
        List<ExampleImage> images,
        String answer,
        List<String> labels,
        @Nullable String pairId,
        @Nullable String demonstration,
        @Nullable Double grade) {

    /** The encoded pictures alone. */
    public List<byte[]> pictures() {
        return images.stream().map(ExampleImage::bytes).toList();
    }
}
