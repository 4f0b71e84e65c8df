package org.mtrljudge.tasks.published;

import java.util.List;
import java.util.Map;
import org.mtrljudge.tasks.verdict.Ranking;
import org.mtrljudge.tasks.verdict.Score;

/**
 * MLLM-as-a-Judge (arXiv 2402.04788): how good are the answers of models to an {@code instruction} about an image ({@code image_path})?
 * One subset per file. {@code score}: {@code answer, human (1 to 5)}. {@code pair}: {@code answer1.answer, answer2.answer, human (A, B, or
 * C for a tie)}, both orders. {@code batch}: {@code answers[].answer, human (the letters from the best to the worst)}; the number of
 * answers is in the name of the task. Earlier files have {@code human_answer} instead of {@code human}.
 */
final class MllmAsAJudge implements PublishedSet {
    private static final Score SCALE = new Score(1, 5, true, 0);
    private static final String VERDICT = "human";
    private static final String EARLIER_VERDICT = "human_answer";
    private static final Map<String, String> VERDICTS =
            Map.of("A", Prepared.FIRST, "B", Prepared.SECOND, "C", Prepared.TIE);

    @Override
    public String name() {
        return "mllm-as-a-judge";
    }

    @Override
    public Sizes sizes() {
        return Sizes.TEST_ONLY;
    }

    @Override
    public String group(final Row row) {
        return row.text("image_path");
    }

    @Override
    public List<Prepared> examples(final Row row, final Choices choices) {
        return switch (choices.subset()) {
            case "score" -> List.of(score(row));
            case "pair" -> pair(row);
            case "batch" -> batch(row);
            default ->
                throw row.wrong(
                        "belongs to the subset '" + choices.subset() + "': use --subset with score, pair or batch");
        };
    }

    private Prepared score(final Row row) {
        final String text = "Question: " + row.text("instruction") + "\nAnswer: " + answer(row);
        return Prepared.score(
                "mllm-score",
                Prepared.prompt("mllm-score", text),
                row.picture("image_path"),
                SCALE,
                row,
                VERDICT,
                group(row));
    }

    private static List<Prepared> pair(final Row row) {
        return Prepared.twoAnswers(
                "mllm-pair",
                row.text("instruction"),
                row.picture("image_path"),
                List.of(answer(row.inside("answer1")), answer(row.inside("answer2"))),
                row.meaning(verdict(row), VERDICTS),
                Prepared.ORDER_OR_TIE,
                row.where());
    }

    /** Nothing for an order that lacks an answer: some of the published orders do. */
    private List<Prepared> batch(final Row row) {
        final List<Row> answers = row.allInside("answers");
        final Ranking type = ranking(row, answers.size());
        final String letters = row.text(verdict(row));
        if (!letters.chars().allMatch(letter -> letter >= 'A' && letter < 'A' + answers.size())) {
            throw row.wrong("has '" + letters + "' under '" + verdict(row) + "', but an order of the " + answers.size()
                    + " answers is needed, such as BA");
        }
        final String order = type.read(String.join(">", letters.split("")));
        if (order == null) {
            return List.of();
        }
        final StringBuilder text = new StringBuilder("Question: " + row.text("instruction"));
        for (int i = 0; i < answers.size(); i++) {
            text.append("\n").append((char) ('A' + i)).append(": ").append(answer(answers.get(i)));
        }
        return List.of(new Prepared(
                "mllm-batch-" + answers.size(),
                Prepared.prompt("mllm-batch", text.toString()),
                List.of(row.picture("image_path")),
                order,
                type,
                group(row),
                null,
                null));
    }

    private static Ranking ranking(final Row row, final int answers) {
        try {
            return new Ranking(answers, false);
        } catch (final IllegalArgumentException e) {
            throw row.wrong("has " + answers + " answers, which cannot be ranked: " + e.getMessage());
        }
    }

    private static String verdict(final Row row) {
        return row.values().containsKey(EARLIER_VERDICT) ? EARLIER_VERDICT : VERDICT;
    }

    private static String answer(final Row row) {
        return row.anyText("answer");
    }
}
