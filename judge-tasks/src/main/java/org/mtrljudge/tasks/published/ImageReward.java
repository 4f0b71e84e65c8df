package org.mtrljudge.tasks.published;

import java.util.List;
import org.mtrljudge.tasks.PromptTemplate;

/** ImageRewardDB: overall ratings by people, 1 to 7, of an image for a prompt. Its splits are published as files. */
final class ImageReward implements PublishedSet {
    private static final String RATING = "overall_rating";

    @Override
    public String name() {
        return "imagereward";
    }

    @Override
    public Sizes sizes() {
        return new Sizes(6194, 2584, 2720);
    }

    @Override
    public List<String> gradedColumns() {
        return List.of(RATING);
    }

    @Override
    public String group(final Row row) {
        return row.text("prompt_id");
    }

    @Override
    public List<Prepared> examples(final Row row, final Choices choices) {
        final String picture = row.values().get("image") != null ? "image" : "image_path";
        return List.of(Prepared.yesNo(
                name(),
                PromptTemplate.resource(name()).fill(row.text("prompt")),
                row.picture(picture),
                choices.isHigh(0, row.number(RATING)),
                group(row),
                row.number(RATING)));
    }
}
