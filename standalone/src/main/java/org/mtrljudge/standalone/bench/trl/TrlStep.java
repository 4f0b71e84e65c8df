package org.mtrljudge.standalone.bench.trl;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.mtrljudge.standalone.RunException;

/**
 * One step of either side: it generates completions, rewards them and learns from them.
 *
 * @param seconds wall-clock time since the end of the previous step, including waiting
 * @param tokens the tokens of all completions that the step learned from
 * @param meanLength the mean length of a completion, in tokens
 * @param promptLength the mean length of a prompt, in tokens, including images
 * @param reward the mean reward of the completions
 */
record TrlStep(double seconds, double tokens, double meanLength, double promptLength, double reward) {

    /** @throws RunException when the line is not a step as {@code trl_peer.py} prints it */
    static TrlStep of(final JsonNode line) {
        return new TrlStep(
                number(line, "seconds"),
                number(line, "tokens"),
                number(line, "mean_length"),
                number(line, "prompt_length"),
                number(line, "reward"));
    }

    private static double number(final JsonNode line, final String key) {
        final JsonNode value = line.get(key);
        if (value == null || !value.isNumber()) {
            throw new RunException("trl_peer.py printed no number under '" + key + "': " + line, null);
        }
        return value.asDouble();
    }

    /** A step of our loop, from its metrics. */
    static TrlStep of(final double seconds, final Map<String, Double> metrics) {
        return new TrlStep(
                seconds,
                metrics.getOrDefault("perf/total_num_tokens", 0.0),
                metrics.getOrDefault("response_length/mean", 0.0),
                metrics.getOrDefault("prompt_length/mean", 0.0),
                metrics.getOrDefault("reward/overall", 0.0));
    }
}
