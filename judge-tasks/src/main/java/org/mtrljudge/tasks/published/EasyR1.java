package org.mtrljudge.tasks.published;

import java.util.List;

/** Training data in the format of EasyR1: {@code problem} or {@code prompt} with {@code <image>}, {@code answer}, {@code images}. */
final class EasyR1 implements PublishedSet {
    @Override
    public String name() {
        return "easyr1";
    }

    @Override
    public Sizes sizes() {
        return Sizes.AS_GIVEN;
    }

    @Override
    public List<Prepared> examples(final Row row, final Choices choices) {
        return List.of(new Prepared(
                choices.subset().isEmpty() ? name() : choices.subset(),
                row.text(row.values().containsKey("problem") ? "problem" : "prompt"),
                row.values().get("images") == null ? List.of() : row.pictures("images"),
                row.text("answer"),
                null,
                group(row),
                null,
                null));
    }
}
