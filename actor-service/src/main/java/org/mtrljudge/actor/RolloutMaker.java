package org.mtrljudge.actor;

import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.mtrljudge.actor.engine.GenerationEngine;
import org.mtrljudge.actor.engine.Policy;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.model.generation.GeneratedCompletion;
import org.mtrljudge.model.generation.Sampling;
import org.mtrljudge.schemas.Completion;
import org.mtrljudge.schemas.FinishReason;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.VersionSpan;
import org.mtrljudge.schemas.codec.PackedArrays;

/** Makes rollout groups from prompts, with the current weights of its engine. It does not use Kafka. */
final class RolloutMaker {
    /** Prompts that can be generated in one batch. */
    private record Kind(int groupSize, Sampling sampling) {}

    /** The weights that draw tokens. */
    private record Weights(int version, String digest) {}

    /** The outcome of a prompt: a group, or the reason for its refusal. */
    sealed interface Outcome {
        PromptRequest prompt();

        /** The group of the prompt was generated. */
        record Rolled(PromptRequest prompt, RolloutGroup group) implements Outcome {}

        /** The prompt can never be answered, for example because a picture is damaged. */
        record Refused(PromptRequest prompt, String reason) implements Outcome {}
    }

    private final GenerationEngine engine;
    private final String actorId;
    private final Clock clock;
    private Weights weights = new Weights(-1, "");

    RolloutMaker(final GenerationEngine engine, final String actorId, final Clock clock) {
        this.engine = engine;
        this.actorId = actorId;
        this.clock = clock;
    }

    /** Generates with the weights of this policy from now on. */
    void use(final Policy policy) {
        engine.use(policy);
        weights = new Weights(policy.version(), policy.digest());
    }

    int version() {
        return weights.version;
    }

    /**
     * Generates the groups of all prompts.
     *
     * @param betweenPieces is called repeatedly while tokens are generated; it may {@link #use} a newer policy
     */
    List<Outcome> rollOut(final List<PromptRequest> prompts, final Runnable betweenPieces) {
        final List<Outcome> outcomes = new ArrayList<>();
        final Map<Kind, List<PromptRequest>> batches = new LinkedHashMap<>();
        for (final PromptRequest prompt : prompts) {
            try {
                batches.computeIfAbsent(kindOf(prompt), k -> new ArrayList<>()).add(prompt);
            } catch (final ModelException e) {
                outcomes.add(new Outcome.Refused(prompt, String.valueOf(e.getMessage())));
            }
        }
        batches.forEach((kind, batch) -> outcomes.addAll(generate(kind, batch, betweenPieces)));
        return outcomes;
    }

    private static Kind kindOf(final PromptRequest prompt) {
        final org.mtrljudge.schemas.Sampling s = prompt.getSampling();
        final boolean sound = prompt.getGroupSize() > 0
                && prompt.getGroupSize() <= 1024
                && s.getMaxNewTokens() > 0
                && s.getMaxNewTokens() <= 32_768
                && s.getTemperature() >= 0
                && s.getTopP() > 0;
        if (!sound) {
            throw new ModelException("group size " + prompt.getGroupSize() + " or sampling " + s + " is out of range");
        }
        if (prompt.getPurpose() == Purpose.TRAIN && s.getTopP() < 1) {
            throw new ModelException(
                    "top_p of a training prompt is " + s.getTopP() + ", allowed is 1: the log-probabilities"
                            + " are those of all tokens, so the learner would learn wrong ratios");
        }
        return new Kind(prompt.getGroupSize(), new Sampling(s.getTemperature(), s.getTopP(), s.getMaxNewTokens()));
    }

    private List<Outcome> generate(final Kind kind, final List<PromptRequest> batch, final Runnable betweenPieces) {
        // the weights of each piece, in order
        final List<Weights> pieces = new ArrayList<>();
        final long startedAtMs = clock.millis();
        final List<GenerationEngine.Result> results = engine.generate(batch, kind.groupSize(), kind.sampling(), () -> {
            betweenPieces.run();
            pieces.add(weights);
            return weights.version;
        });
        final double share = (clock.millis() - startedAtMs) / (double) batch.size();
        final List<Outcome> outcomes = new ArrayList<>();
        for (final GenerationEngine.Result result : results) {
            if (result instanceof GenerationEngine.Result.Refused refused) {
                outcomes.add(new Outcome.Refused(refused.prompt(), refused.reason()));
            } else if (result instanceof GenerationEngine.Result.Group group) {
                final Weights oldest = oldest(group, pieces);
                outcomes.add(new Outcome.Rolled(
                        group.prompt(),
                        new RolloutGroup(
                                group.prompt(),
                                oldest.version,
                                oldest.digest,
                                actorId,
                                group.completions().stream()
                                        .map(completion -> completion(completion, oldest.version))
                                        .toList(),
                                startedAtMs,
                                share,
                                group.promptTokens())));
            }
        }
        return outcomes;
    }

    /** The oldest weights that drew tokens of the group: prompts may join when newer ones have come. */
    private Weights oldest(final GenerationEngine.Result.Group group, final List<Weights> pieces) {
        final int version = group.completions().stream()
                .flatMap(c -> c.spans().stream())
                .mapToInt(GeneratedCompletion.Span::mark)
                .min()
                .orElse(weights.version);
        return pieces.stream().filter(w -> w.version == version).findFirst().orElse(weights);
    }

    private static Completion completion(final GeneratedCompletion c, final int groupVersion) {
        final List<VersionSpan> versions = c.spans().stream().allMatch(span -> span.mark() == groupVersion)
                ? null
                : c.spans().stream()
                        .map(span -> new VersionSpan(span.mark(), span.tokens()))
                        .toList();
        final ByteBuffer tokens = PackedArrays.ofInts(c.tokens());
        final ByteBuffer logProbs = PackedArrays.ofFloats(c.logProbs());
        return new Completion(
                c.text(), tokens, logProbs, c.finished() ? FinishReason.STOP : FinishReason.LENGTH, versions);
    }
}
