package org.mtrljudge.reward.rule;

import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Computes the reward of a completion from its components. */
public sealed interface Combination {
    /** @throws IllegalArgumentException when the reward cannot be computed */
    double of(Map<String, Double> components);

    /** The sum of weight · component. */
    record Weighted(Map<String, Double> weights) implements Combination {
        /** @throws IllegalArgumentException when a weight names no component or is not a finite number, or when there is no weight */
        public Weighted(final Map<String, Double> weights, final Set<String> components) {
            this(new TreeMap<>(weights));
            if (weights.isEmpty()) {
                throw new IllegalArgumentException("weights name no component, the components are " + components);
            }
            weights.forEach((name, weight) -> {
                if (!components.contains(name)) {
                    throw new IllegalArgumentException(
                            "weights name '" + name + "', but the components are " + components);
                }
                // the reader takes null, NaN and INF
                if (weight == null || !Double.isFinite(weight)) {
                    throw new IllegalArgumentException("the weight of '" + name + "' is "
                            + (weight == null ? "missing" : weight) + ": write a number, as in " + name + ": 1.0");
                }
                if (Math.abs(weight) > TaskReward.MAX_REWARD) {
                    throw new IllegalArgumentException("the weight of '" + name + "' is " + weight
                            + ", and a reward is at most ±" + TaskReward.MAX_REWARD);
                }
            });
        }

        @Override
        public double of(final Map<String, Double> components) {
            double sum = 0;
            for (final Map.Entry<String, Double> weight : weights.entrySet()) {
                final Double component = components.get(weight.getKey());
                if (component == null) {
                    throw new IllegalArgumentException("the component '" + weight.getKey() + "' was not given, only "
                            + new TreeSet<>(components.keySet()));
                }
                sum += weight.getValue() * component;
            }
            return sum;
        }
    }

    /** A CEL expression over the components, which are all doubles. Its type is checked when it is created. */
    final class Expression implements Combination {
        /** Bounds what a combination of a few numbers never needs: an expression may contain loops, also within loops. */
        private static final CelOptions OPTIONS =
                CelOptions.current().comprehensionMaxIterations(1000).build();

        private final String source;
        private final CelRuntime.Program program;

        /** @throws IllegalArgumentException when the text is not an expression of type double over these components */
        Expression(final String source, final Set<String> components) {
            this.source = source;
            final CelCompilerBuilder compiler = CelCompilerFactory.standardCelCompilerBuilder()
                    .setOptions(OPTIONS)
                    .setResultType(SimpleType.DOUBLE);
            components.forEach(name -> compiler.addVar(name, SimpleType.DOUBLE));
            try {
                program = CelRuntimeFactory.standardCelRuntimeBuilder()
                        .setOptions(OPTIONS)
                        .build()
                        .createProgram(compiler.build().compile(source).getAst());
            } catch (final CelValidationException | CelEvaluationException e) {
                throw new IllegalArgumentException(
                        "combine: '" + source + "' is not a CEL expression that computes a number from " + components
                                + " (numbers are written 1.0, not 1): " + e.getMessage());
            }
        }

        @Override
        public double of(final Map<String, Double> components) {
            try {
                final Object value = program.eval(components);
                // the type of dyn(…) is known only now
                if (value instanceof Double number) {
                    return number;
                }
                throw new IllegalArgumentException("'" + source + "' computes " + value + ", which is no double");
            } catch (final CelEvaluationException e) {
                throw new IllegalArgumentException("'" + source + "' cannot be computed: " + e.getMessage(), e);
            }
        }
    }
}
