package org.mtrljudge.standalone.replay;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.mtrljudge.reward.replay.Repeatability;

/** What a replay with {@code --rescore-samples} says of graders that were asked several times, a row per task and component. */
record RepeatedAnswers(Repeatability repeatability) {
    static final List<String> COLUMNS =
            List.of("task", "component", "mean", "sd of one answer", "sd in a group", "reliability");

    static final String EXPLANATION =
            "Of answers about the same completion (sd of one answer), and of completions in a group without that noise (sd in a"
                    + " group). Reliability: the share of the variance of one answer that comes from the completion, ICC(1).";

    static final String EQUAL = "No answer differed from another about the same completion.";

    boolean isEmpty() {
        return repeatability.tasks().isEmpty();
    }

    /** A row per task and component of which one answer differed from another. */
    List<List<String>> rows() {
        final List<List<String>> rows = new ArrayList<>();
        repeatability
                .tasks()
                .forEach((task, components) -> components.forEach((component, spread) -> {
                    if (differing().contains(component)) {
                        rows.add(List.of(
                                task,
                                component,
                                ReplayReport.number(spread.mean()),
                                ReplayReport.number(spread.ofOneAnswer()),
                                ReplayReport.number(spread.inAGroup()),
                                ReplayReport.number(spread.reliability())));
                    }
                }));
        return rows;
    }

    /** The components of which one answer differed from another. */
    private Set<String> differing() {
        final Set<String> names = new TreeSet<>();
        repeatability
                .tasks()
                .values()
                .forEach(components -> components.forEach((component, spread) -> {
                    if (spread.ofOneAnswer() > 0) {
                        names.add(component);
                    }
                }));
        return names;
    }

    String toTable() {
        final StringBuilder table = new StringBuilder();
        final List<List<String>> rows = new ArrayList<>(rows());
        if (rows.isEmpty()) {
            return "  " + EQUAL + "\n";
        }
        rows.add(0, COLUMNS);
        rows.forEach(
                row -> table.append(String.format(Locale.ROOT, "  %-16s %-16s %10s %17s %14s %12s%n", row.toArray())));
        return table.append("  ").append(EXPLANATION).append('\n').toString();
    }

    Map<String, Object> toMap() {
        final Map<String, Object> map = new LinkedHashMap<>();
        repeatability.tasks().forEach((task, components) -> {
            final Map<String, Object> byComponent = new LinkedHashMap<>();
            components.forEach((component, spread) -> {
                final Map<String, Object> one = new LinkedHashMap<>();
                one.put("mean", ReplayReport.finite(spread.mean()));
                one.put("sd_of_one_answer", ReplayReport.finite(spread.ofOneAnswer()));
                one.put("sd_in_a_group", ReplayReport.finite(spread.inAGroup()));
                one.put("reliability", ReplayReport.finite(spread.reliability()));
                byComponent.put(component, one);
            });
            map.put(task, byComponent);
        });
        return map;
    }
}
