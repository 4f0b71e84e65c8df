package org.mtrljudge.reward.replay;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.mtrljudge.reward.grader.Repeated;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.ScoredGroup;

/**
 * How far the answers of a grader differ when it is asked several times about the same completions ({@link Repeated}), compared with how
 * far the completions of a group differ: GRPO learns from the second, and the first is noise in it.
 */
public final class Repeatability {
    private final int samples;
    private final Map<String, Map<String, Spread>> tasks = new TreeMap<>();

    /** @param samples the answers per completion; fewer than 2: nothing is counted */
    Repeatability(final int samples) {
        this.samples = samples;
    }

    void add(final ScoredGroup group) {
        if (samples < 2) {
            return;
        }
        final Map<String, Spread> task =
                tasks.computeIfAbsent(group.getRollout().getPrompt().getTask(), name -> new TreeMap<>());
        group.getScores().stream()
                .flatMap(score -> score.getComponents().keySet().stream())
                .filter(name -> name.endsWith(Repeated.DEVIATION))
                .distinct()
                .map(name -> name.substring(0, name.length() - Repeated.DEVIATION.length()))
                .forEach(name ->
                        task.computeIfAbsent(name, none -> new Spread(samples)).add(group.getScores(), name));
    }

    /** By task and component; empty where graders were asked once. */
    public Map<String, Map<String, Spread>> tasks() {
        return tasks;
    }

    /** Of one component. */
    public static final class Spread {
        private final int samples;
        private long completions;
        private long groups;
        private double sum;
        private double answerVariances;
        private double groupVariances;

        Spread(final int samples) {
            this.samples = samples;
        }

        /** Counts the completions that have the component. */
        private void add(final List<CompletionScore> scores, final String name) {
            double mean = 0;
            int having = 0;
            double squares = 0;
            for (final CompletionScore score : scores) {
                final Double value = score.getComponents().get(name);
                final Double deviation = score.getComponents().get(name + Repeated.DEVIATION);
                if (value == null || deviation == null) {
                    continue;
                }
                answerVariances += deviation * deviation;
                completions++;
                sum += value;
                // Welford's update
                having++;
                final double from = value - mean;
                mean += from / having;
                squares += from * (value - mean);
            }
            if (having > 1) {
                groups++;
                groupVariances += squares / (having - 1);
            }
        }

        public double mean() {
            return sum / completions;
        }

        /** The standard deviation of one answer around the mean of the answers about the same completion. */
        public double ofOneAnswer() {
            return Math.sqrt(answerVariances / completions);
        }

        /** The standard deviation of completions in their group, without the noise of the answers. */
        public double inAGroup() {
            return Math.sqrt(Math.max(0, groupVariances / groups - answerVariances / completions / samples));
        }

        /**
         * The share of one answer's variance in a group that comes from the completion: the intraclass correlation ICC(1) of Shrout and
         * Fleiss (1979). 1: asking once is enough; 0: all is noise; NaN where nothing differs.
         */
        public double reliability() {
            final double group = inAGroup() * inAGroup();
            return group / (group + answerVariances / completions);
        }
    }
}
