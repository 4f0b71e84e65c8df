package org.mtrljudge.reward.rule;

import java.util.ArrayList;
import java.util.List;
import org.hipparchus.distribution.continuous.NormalDistribution;
import org.mtrljudge.settings.Check;

/**
 * The reward of a score by its place among the scores of other groups (VisualQuality-R1, arXiv 2505.14460, section 3.1): how well the
 * order between this score and the mean score of each earlier group fits the order of the right scores. Nothing else is asked of a
 * score, so the judge may use the scale as it likes.
 *
 * @param window the number of earlier groups of the task that a score is compared with
 */
public record Comparative(int window) {
    /** The name of this component. */
    public static final String NAME = "comparative";

    private static final NormalDistribution NORMAL = new NormalDistribution();
    /** Keeps the quotient finite where all completions of both groups agree. */
    private static final double GAMMA = 1e-6;

    public Comparative {
        Check.range("window", window, 1, 1000);
    }

    /**
     * The mean fidelity over the earlier groups, 0..1; 0 where there are none. For one earlier group, p = Φ((score − its mean) /
     * √(own variance + its variance + γ)) is how sure this score is above it, and p* is 1, 0.5 or 0 as the right score is above it,
     * equal or below. The fidelity is √(p* p) + √((1 − p*)(1 − p)).
     *
     * @param own the group of the score
     */
    public double value(final double score, final GroupScores own, final List<GroupScores> earlier) {
        double sum = 0;
        for (final GroupScores other : earlier) {
            final double spread = Math.sqrt(own.variance() + other.variance() + GAMMA);
            final double above = NORMAL.cumulativeProbability((score - other.mean()) / spread);
            final double rightlyAbove = (Math.signum(own.right() - other.right()) + 1) / 2;
            sum += Math.sqrt(rightlyAbove * above) + Math.sqrt((1 - rightlyAbove) * (1 - above));
        }
        return earlier.isEmpty() ? 0 : sum / earlier.size();
    }

    /** The earlier groups for the next group: with this one, without the oldest where there are too many. */
    public List<GroupScores> with(final GroupScores own, final List<GroupScores> earlier) {
        final List<GroupScores> all = new ArrayList<>(earlier);
        all.add(own);
        return List.copyOf(all.subList(Math.max(0, all.size() - window), all.size()));
    }
}
