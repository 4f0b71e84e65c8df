package org.mtrljudge.tasks.published;

import java.util.List;
import java.util.Map;

/**
 * Multimodal RewardBench (arXiv 2502.14191), {@code all_data.json}: which of two answers about an image is better? {@code ID, Image,
 * Text, Output1, Output2, Better (Output1 or Output2)}. The set is for non-commercial use (CC-BY-NC).
 */
final class MultimodalRewardBench implements PublishedSet {
    private static final String ONE = "Output1";
    private static final String TWO = "Output2";

    @Override
    public String name() {
        return "multimodal-rewardbench";
    }

    @Override
    public Sizes sizes() {
        return Sizes.TEST_ONLY;
    }

    /** The id names the picture, about which several rows can ask. */
    @Override
    public String group(final Row row) {
        return row.text("ID");
    }

    @Override
    public List<Prepared> examples(final Row row, final Choices choices) {
        return Prepared.twoAnswers(
                name(),
                row.text("Text"),
                row.picture("Image"),
                List.of(row.anyText(ONE), row.anyText(TWO)),
                row.meaning("Better", Map.of(ONE, Prepared.FIRST, TWO, Prepared.SECOND)),
                Prepared.ORDER,
                row.where());
    }
}
