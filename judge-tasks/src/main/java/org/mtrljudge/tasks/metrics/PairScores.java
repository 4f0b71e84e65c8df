package org.mtrljudge.tasks.metrics;

import java.util.List;
import org.mtrljudge.tasks.verdict.Pair;
import org.mtrljudge.tasks.verdict.VerdictType;

/**
 * Figures for verdicts on pairs that were asked in both orders, all 0..1. The first label names the first image of an order, and the
 * second label names the second image. A missing verdict prefers no image.
 *
 * @param positionConsistency the share of pairs in which both orders prefer the same image
 * @param flipRate the share of pairs in which the two orders prefer different images: the verdict followed the position
 * @param accuracyWithTies the share of right pairs; a pair with only one right order counts 0.5
 * @param accuracyWithoutTies the share of right pairs among the pairs in which both orders prefer the same image; 0 without such pairs
 */
public record PairScores(
        Interval positionConsistency, Interval flipRate, Interval accuracyWithTies, Interval accuracyWithoutTies) {

    /** @param reversed the verdict on the same question with the images swapped, so its label is the other label */
    public record BothOrders(Verdict straight, Verdict reversed, VerdictType type) {
        /** Labels name positions. So, without ties, both orders prefer the same image when both verdicts are right or both are wrong. */
        private boolean isConsistent() {
            if (straight.verdict() == null || reversed.verdict() == null) {
                return false;
            }
            return type instanceof Pair pair
                    ? pair.swapped(reversed.verdict()).equals(straight.verdict())
                    : straight.isRight() == reversed.isRight();
        }

        private boolean isComplete() {
            return straight.verdict() != null && reversed.verdict() != null;
        }

        private double credit() {
            return (straight.isRight() ? 0.5 : 0) + (reversed.isRight() ? 0.5 : 0);
        }
    }

    public static PairScores of(final List<BothOrders> pairs) {
        return new PairScores(
                share(pairs, p -> p.isConsistent() ? 1 : 0),
                share(pairs, p -> p.isComplete() && !p.isConsistent() ? 1 : 0),
                share(pairs, BothOrders::credit),
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

    /** The value of a pair in the accuracy, 0..1. */
    private interface Credit {
        double of(BothOrders pair);
    }

    private static Interval share(final List<BothOrders> pairs, final Credit credit) {
        return Interval.of(pairs.size(), places -> {
            double sum = 0;
            for (final int place : places) {
                sum += credit.of(pairs.get(place));
            }
            return places.length == 0 ? 0 : sum / places.length;
        });
    }
}
