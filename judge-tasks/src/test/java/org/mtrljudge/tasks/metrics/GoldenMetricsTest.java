package org.mtrljudge.tasks.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.mtrljudge.tasks.verdict.Label;
import org.mtrljudge.tasks.verdict.Ranking;

/** Compares 1,000 random cases per metric with scikit-learn and scipy: {@code src/test/golden/make_golden.py}. */
class GoldenMetricsTest {
    private static final Offset<Double> EXACT = within(1e-9);
    private static final ObjectMapper JSON = new ObjectMapper();

    private static List<JsonNode> cases(final String name) throws IOException {
        final List<JsonNode> cases = new ArrayList<>();
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(GoldenMetricsTest.class.getResourceAsStream("/golden/" + name)),
                StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                cases.add(JSON.readTree(line));
            }
        }
        assertThat(cases).hasSize(1000);
        return cases;
    }

    private static List<String> strings(final JsonNode array) {
        final List<String> values = new ArrayList<>();
        array.forEach(value -> values.add(value.asText()));
        return values;
    }

    private static double[] numbers(final JsonNode array) {
        final double[] values = new double[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).asDouble();
        }
        return values;
    }

    @Test
    void shouldCountVerdictsAsScikitLearnDoes() throws IOException {
        for (final JsonNode golden : cases("verdicts.jsonl.gz")) {
            final List<String> labels = strings(golden.get("labels"));
            final List<Verdict> verdicts = new ArrayList<>();
            for (int i = 0; i < golden.get("truth").size(); i++) {
                final String said = golden.get("said").get(i).asText();
                verdicts.add(new Verdict(golden.get("truth").get(i).asText(), said.equals("-") ? null : said));
            }
            final TaskScores scores = TaskScores.of(verdicts, new Label(labels));
            assertThat(scores.main().value()).isCloseTo(golden.get("macro_f1").asDouble(), EXACT);
            assertThat(scores.accuracy().value())
                    .isCloseTo(golden.get("accuracy").asDouble(), EXACT);
            for (int i = 0; i < labels.size(); i++) {
                final TaskScores.LabelScores label = scores.labels().get(labels.get(i));
                assertThat(label.precision())
                        .isCloseTo(golden.get("precision").get(i).asDouble(), EXACT);
                assertThat(label.recall()).isCloseTo(golden.get("recall").get(i).asDouble(), EXACT);
                assertThat(label.f1()).isCloseTo(golden.get("f1").get(i).asDouble(), EXACT);
                assertThat(label.support())
                        .isEqualTo(golden.get("support").get(i).asInt());
            }
        }
    }

    @Test
    void shouldHaveTheBrierScoreOfScikitLearn() throws IOException {
        for (final JsonNode golden : cases("probabilities.jsonl.gz")) {
            final boolean[] right = new boolean[golden.get("right").size()];
            for (int i = 0; i < right.length; i++) {
                right[i] = golden.get("right").get(i).asBoolean();
            }
            assertThat(Calibration.of(numbers(golden.get("p")), right).brier())
                    .isCloseTo(golden.get("brier").asDouble(), EXACT);
        }
    }

    @Test
    void shouldCountRelationsOfRankingsAsScipysTauDoes() throws IOException {
        for (final JsonNode golden : cases("rankings.jsonl.gz")) {
            final Ranking type = new Ranking(golden.get("right").size(), false);
            assertThat(type.closeness(order(golden.get("given")), order(golden.get("right"))))
                    .isCloseTo(golden.get("relations").asDouble(), EXACT);
        }
    }

    /** The ranking in which thing i has this place, from 0. */
    private static String order(final JsonNode places) {
        final String[] order = new String[places.size()];
        for (int i = 0; i < order.length; i++) {
            order[places.get(i).asInt()] = String.valueOf((char) ('A' + i));
        }
        return String.join(" > ", order);
    }

    @Test
    void shouldCorrelateAsScipyDoes() throws IOException {
        for (final JsonNode golden : cases("grades.jsonl.gz")) {
            final Correlation correlation = Correlation.of(numbers(golden.get("x")), numbers(golden.get("y")));
            assertThat(correlation.pearson()).isCloseTo(golden.get("pearson").asDouble(), EXACT);
            assertThat(correlation.spearman()).isCloseTo(golden.get("spearman").asDouble(), EXACT);
            assertThat(correlation.kendall()).isCloseTo(golden.get("kendall").asDouble(), EXACT);
        }
    }
}
