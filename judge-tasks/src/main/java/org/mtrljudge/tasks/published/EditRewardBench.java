package org.mtrljudge.tasks.published;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * EditReward-Bench of EditReward (TIGER-Lab, arXiv 2509.26346): which of two edits of a picture is better, or is there a tie? {@code id,
 * instruction, source_image, candidate_1, candidate_2, ranking}. The edits of one picture have the letters A to D. A row compares two of
 * them, and {@code candidate_1} has the earlier letter: {@code B>A} means that {@code candidate_2} is better. Another set has the same
 * name and other columns: that of EditScore (arXiv 2509.23909), which this class does not read.
 */
final class EditRewardBench implements PublishedSet {
    private static final Pattern RANKING = Pattern.compile("([A-D])([<>=])([A-D])(=(Good|Bad))?");

    @Override
    public String name() {
        return "editreward-bench";
    }

    @Override
    public Sizes sizes() {
        return Sizes.TEST_ONLY;
    }

    /** The comparisons of one source picture: their ids are equal up to the first underscore. */
    @Override
    public String group(final Row row) {
        return row.text("id").split("_", 2)[0];
    }

    @Override
    public List<Prepared> examples(final Row row, final Choices choices) {
        final String prompt = Prepared.prompt(name(), row.text("instruction"));
        final Row.Picture source = row.picture("source_image");
        return Prepared.bothOrders(
                row.picture("candidate_1"),
                row.picture("candidate_2"),
                better(row),
                (one, two, better) -> Prepared.order(
                        name(), prompt, List.of(source, one, two), better, Prepared.ORDER_OR_TIE, row.where()));
    }

    private static String better(final Row row) {
        final Matcher ranking = RANKING.matcher(row.text("ranking").replace(" ", ""));
        if (!ranking.matches() || ranking.group(1).equals(ranking.group(3))) {
            throw row.wrong("has the ranking '" + row.text("ranking")
                    + "', but a comparison of two edits is needed, such as A>B, C>A or A=B");
        }
        if (ranking.group(2).equals("=")) {
            return Prepared.TIE;
        }
        final boolean inOrder = ranking.group(1).compareTo(ranking.group(3)) < 0;
        return Prepared.better(inOrder == ranking.group(2).equals(">"));
    }
}
