package org.mtrljudge.tasks.published;

import java.util.List;

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
        return Prepared.twoAnswers(
                name(),
                row.text("query"),
                row.picture("image"),
                List.of(String.valueOf(responses.get(0)), String.valueOf(responses.get(1))),
                Prepared.better(first.intValue() < second.intValue()),
                Prepared.ORDER,
                group(row));
    }
}
