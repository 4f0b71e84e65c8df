package org.mtrljudge.tasks.published;

import java.util.List;
import org.mtrljudge.tasks.PromptTemplate;

/** SeeTRUE: does the image match the text? Columns: {@code text, label (1 matches), image, dataset_source, original_dataset_id}. */
final class SeeTrue implements PublishedSet {
    @Override
    public String name() {
        return "seetrue";
    }

    @Override
    public Sizes sizes() {
        return new Sizes(5544, 693, 693);
    }

    @Override
    public String group(final Row row) {
        return row.picture("image").identity();
    }

    @Override
    public List<Prepared> examples(final Row row, final Choices choices) {
        final String label = row.text("label");
        if (!List.of("0", "1", "0.0", "1.0").contains(label)) {
            throw row.wrong("has the label '" + label + "', but the labels of SeeTRUE are 0 and 1");
        }
        return List.of(Prepared.yesNo(
                name(),
                PromptTemplate.resource(name()).fill(row.text("text")),
                row.picture("image"),
                label.startsWith("1"),
                group(row),
                null));
    }
}
