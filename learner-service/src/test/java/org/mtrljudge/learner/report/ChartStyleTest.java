package org.mtrljudge.learner.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.Styler.LegendPosition;

class ChartStyleTest {
    private static final List<Integer> STEPS = List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);

    private static XYChart lines(final List<Double> values) {
        final XYChart chart = ChartStyle.lines("title", "RL step", "tokens");
        chart.addSeries("one", STEPS, values);
        ChartStyle.placeLegend(chart);
        return chart;
    }

    @Test
    void shouldPutTheLegendUnderARisingLineAndAboveAFallingLine() {
        assertThat(lines(List.of(0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0))
                        .getStyler()
                        .getLegendPosition())
                .isEqualTo(LegendPosition.InsideSE);
        assertThat(lines(List.of(10.0, 9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0, 0.0))
                        .getStyler()
                        .getLegendPosition())
                .isEqualTo(LegendPosition.InsideNE);
    }

    @Test
    void shouldMakeRoomAboveLinesThatPassThroughEveryCorner() {
        final XYChart chart = lines(List.of(0.0, 10.0, 0.0, 10.0, 0.0, 10.0, 0.0, 10.0, 0.0, 10.0, 0.0));
        assertThat(chart.getStyler().getLegendPosition()).isEqualTo(LegendPosition.InsideNE);
        // a legend of one series takes 0.06 + 0.06 of the height, and the line has the other 0.88
        assertThat(chart.getStyler().getYAxisMax(0)).isEqualTo(10 / 0.88);
    }

    @Test
    void shouldMakeRoomAboveBars() {
        final CategoryChart chart = ChartStyle.bars("title", "task", "mean reward");
        chart.addSeries("before", List.of("a", "b"), List.of(0.5, 1.0));
        ChartStyle.placeLegend(chart);
        assertThat(chart.getStyler().getYAxisMax()).isEqualTo(1.3);
    }

    @Test
    void shouldGiveEightSeriesDifferentColoursAndUseDashedLines() {
        final XYChart chart = ChartStyle.lines("title", "RL step", "tokens");
        assertThat(List.of(chart.getStyler().getSeriesColors()))
                .hasSize(8)
                .doesNotHaveDuplicates()
                .startsWith(new Color(0x0072B2), new Color(0xD55E00));
        assertThat(chart.getStyler().getSeriesLines()[0].getDashArray()).isNull();
        assertThat(chart.getStyler().getSeriesLines()[1].getDashArray()).containsExactly(9, 5);
    }
}
