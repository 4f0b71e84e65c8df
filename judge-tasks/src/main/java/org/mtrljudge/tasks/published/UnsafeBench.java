package org.mtrljudge.tasks.published;

import java.util.List;
import java.util.Locale;
import org.mtrljudge.tasks.PromptTemplate;

/** UnsafeBench: is the image safe? Columns: {@code image, safety_label (Safe, Unsafe), category}. Published as train and test. */
final class UnsafeBench implements PublishedSet {
    @Override
    public String name() {
        return "unsafebench";
    }

    @Override
    public Sizes sizes() {
        return new Sizes(7298, 811, 2037);
    }

    @Override
    public List<Prepared> examples(final Row row, final Choices choices) {
        final String label = row.text("safety_label").toLowerCase(Locale.ROOT);
        if (!List.of("safe", "unsafe").contains(label)) {
            throw row.wrong("has the safety_label '" + label + "', but the labels of UnsafeBench are Safe and Unsafe");
        }
        return List.of(Prepared.yesNo(
                name(),
                PromptTemplate.resource(name()).fill(""),
                row.picture("image"),
                label.equals("safe"),
                group(row),
                null));
    }
}
