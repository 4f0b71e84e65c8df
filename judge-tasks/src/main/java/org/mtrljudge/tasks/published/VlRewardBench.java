package org.mtrljudge.tasks.published;

import java.util.List;
import org.mtrljudge.tasks.PromptTemplate;

/** VL-RewardBench: which of two answers on an image is better? {@code id, query, response[2], image, human_ranking} (0: the better). */
final class VlRewardBench implements PublishedSet {
    @Override
    public String name() {
        return "vl-rewardbench";
    }

    @Override
    public Sizes sizes() {
        return Sizes.TEST_ONLY;
    }

    @Override
    public String group(final Row row) {
        return row.text("id");
    }

    @Override
    public List<Prepared> examples(final Row row, final Choices choices) {
        final List<?> responses = row.list("response");
        final List<?> ranking = row.list("human_ranking");
        if (responses.size() != 2 || ranking.size() != 2) {
            throw row.wrong("has " + responses.size() + " responses and " + ranking.size()
                    + " ranks, but two of each are needed");
        }
        if (!(ranking.get(0) instanceof Number first) || !(ranking.get(1) instanceof Number second)) {
            throw row.wrong("has " + ranking + " under 'human_ranking', but two numbers are needed");
        }
        if (first.equals(second)) {
            return List.of();
        }
        final boolean oneIsBetter = first.intValue() < second.intValue();
        final List<Row.Picture> picture = List.of(row.picture("image"));
        return Prepared.bothOrders(
                String.valueOf(responses.get(0)),
                String.valueOf(responses.get(1)),
                oneIsBetter,
                (one, two, better) ->
                        Prepared.order(name(), prompt(row.text("query"), one, two), picture, better, group(row)));
    }

    /** Removes the placeholders that people wrote in their texts, because these do not stand for pictures. */
    private String prompt(final String query, final String one, final String two) {
        return PromptTemplate.resource(name())
                .fill(("Question: " + query + "\nAnswer 1: " + one + "\nAnswer 2: " + two).replace("<image>", ""));
    }
}
