package org.mtrljudge.tasks.published;

import java.util.List;
import java.util.Set;
import org.mtrljudge.tasks.PromptTemplate;

/**
 * MJ-Bench: which of two images is better? Columns: {@code caption, image0, image1, label (the index of the better image)}; one subset
 * per file. Both orders are asked, because some subsets always label image 0.
 */
final class MjBench implements PublishedSet {
    private static final Set<String> SUBSETS = Set.of("alignment", "safety", "quality", "bias");

    @Override
    public String name() {
        return "mj-bench";
    }

    @Override
    public Sizes sizes() {
        return Sizes.TEST_ONLY;
    }

    @Override
    public List<Prepared> examples(final Row row, final Choices choices) {
        if (!SUBSETS.contains(choices.subset())) {
            throw row.wrong("belongs to the subset '" + choices.subset()
                    + "': use --subset with alignment, safety, quality or bias");
        }
        final double label = row.number("label");
        if (label != 0 && label != 1) {
            throw row.wrong("has the label " + label + ", but the labels of MJ-Bench are 0 and 1");
        }
        final String task = "mj-" + choices.subset();
        final String prompt = PromptTemplate.resource(task).fill(row.text("caption"));
        return Prepared.bothOrders(task, prompt, row.picture("image0"), row.picture("image1"), label == 0, group(row));
    }
}
