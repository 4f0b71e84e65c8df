package org.mtrljudge.learner.algorithm;

import ai.djl.ndarray.NDArray;
import java.util.Map;
import java.util.TreeMap;

/** Sums over the updates of a training step. The {@code actor/…} metrics of the step are computed from them. */
final class UpdateMetrics {
    private int updates;
    private int skipped;
    private double gradNorm;
    private double policyLoss;
    private double kl;
    private long tokens;
    private double entropy;
    private double policyKl;
    private long clippedLow;
    private long clippedHigh;

    /** @param entropies {@code [tokens]} */
    void addMicroBatch(final GrpoLoss.Terms terms, final NDArray entropies) {
        policyLoss += terms.policyLoss().getFloat();
        kl += terms.kl().getFloat();
        for (final float value : entropies.toFloatArray()) {
            entropy += value;
        }
        final float[] logRatio = terms.logRatio().toFloatArray();
        for (final float value : logRatio) {
            policyKl -= value;
        }
        tokens += logRatio.length;
        clippedLow += terms.clippedLow().sum().getLong();
        clippedHigh += terms.clippedHigh().sum().getLong();
    }

    /** @param norm the norm of the update's gradients before clipping; where it is not finite, the optimiser skipped the update */
    void addUpdate(final double norm) {
        updates++;
        if (Double.isFinite(norm)) {
            gradNorm += norm;
        } else {
            skipped++;
        }
    }

    /**
     * Counts of updates, and means over updates or over tokens, under their names in the field (verl, EasyR1). They are zero for a step without updates.
     */
    Map<String, Double> toMap(final double learningRate, final double klCoef) {
        final double perUpdate = Math.max(1, updates);
        final double perToken = Math.max(1, tokens);
        final Map<String, Double> metrics = new TreeMap<>();
        metrics.put("actor/updates", (double) updates);
        metrics.put("actor/skipped_updates", (double) skipped);
        metrics.put("actor/grad_norm", gradNorm / Math.max(1, updates - skipped));
        metrics.put("actor/lr", learningRate);
        metrics.put("actor/pg_loss", policyLoss / perUpdate);
        metrics.put("actor/kl_loss", kl / perUpdate);
        metrics.put("actor/kl_coef", klCoef);
        metrics.put("actor/entropy_loss", entropy / perToken);
        metrics.put("actor/ppo_kl", policyKl / perToken);
        metrics.put("actor/pg_clipfrac", (clippedLow + clippedHigh) / perToken);
        metrics.put("actor/pg_clipfrac_lower", clippedLow / perToken);
        metrics.put("actor/pg_clipfrac_higher", clippedHigh / perToken);
        return metrics;
    }
}
