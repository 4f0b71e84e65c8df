package org.mtrljudge.tasks.metrics;

import java.util.List;

/**
 * Verdicts on pairs that were asked in both orders, all figures 0..1. The first label names the first image of an order, the second the
 * second. A verdict that is missing prefers nothing.
 *
 * @param positionConsistency pairs in which both orders prefer the same image
 * @param flipRate pairs in which each order prefers an image, and not the same one: the verdict followed the place
 * @param accuracyWithTies a pair in which only one order is right counts half
 * @param accuracyWithoutTies of the pairs in which both orders prefer the same image, the share that is right; 0 when there are none
 */
public record PairScores(
        Interval positionConsistency, Interval flipRate, Interval accuracyWithTies, Interval accuracyWithoutTies) {

    /** @param reversed the same question with the images swapped: its label is the other one */
    public record Pair(Verdict straight, Verdict reversed) {
        /** Two labels name two places: the same image is preferred when the verdicts differ as the labels do. */
        private boolean isConsistent() {
            return isComplete() && straight.isRight() == reversed.isRight();
        }

        private boolean isComplete() {
            return straight.verdict() != null && reversed.verdict() != null;
        }

        private double credit() {
            return (straight.isRight() ? 0.5 : 0) + (reversed.isRight() ? 0.5 : 0);
        }
    }

    public static PairScores of(final List<Pair> pairs) {
        return new PairScores(
                share(pairs, p -> p.isConsistent() ? 1 : 0),
                share(pairs, p -> p.isComplete() && !p.isConsistent() ? 1 : 0),
                share(pairs, Pair::credit),
                Interval.of(pairs.size(), places -> {
                    int consistent = 0;
                    int right = 0;
                    for (final int place : places) {
                        consistent += pairs.get(place).isConsistent() ? 1 : 0;
                        right += pairs.get(place).isConsistent()
                                        && pairs.get(place).straight.isRight()
                                ? 1
                                : 0;
                    }
                    return consistent == 0 ? 0 : (double) right / consistent;
                }));
    }

    /** What a pair counts, 0..1. */
    private interface Credit {
        double of(Pair pair);
    }

    private static Interval share(final List<Pair> pairs, final Credit credit) {
        return Interval.of(pairs.size(), places -> {
            double sum = 0;
            for (final int place : places) {
                sum += credit.of(pairs.get(place));
            }
            return places.length == 0 ? 0 : sum / places.length;
        });
    }
}
