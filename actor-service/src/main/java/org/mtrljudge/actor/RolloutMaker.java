package org.mtrljudge.actor;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.mtrljudge.model.EncodedPrompt;
import org.mtrljudge.model.GeneratedCompletion;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.ModelException;
import org.mtrljudge.model.Sampling;
import org.mtrljudge.schemas.Completion;
import org.mtrljudge.schemas.FinishReason;
import org.mtrljudge.schemas.ImageRef;
import org.mtrljudge.schemas.ImageStore;
import org.mtrljudge.schemas.PackedArrays;
import org.mtrljudge.schemas.PolicyFetcher;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.VersionSpan;

/** Turns prompts into rollout groups with the weights it holds. Knows no Kafka. */
final class RolloutMaker {
    /** Tokens between two looks for newer weights. */
    private static final int PIECE_TOKENS = 16;

    /** Prompts that can be generated in one batch. */
    private record Kind(int groupSize, Sampling sampling) {}

    /** What became of a prompt: a group, or why there is none. */
    sealed interface Outcome {
        PromptRequest prompt();

        /** The completions are there. */
        record Rolled(PromptRequest prompt, RolloutGroup group) implements Outcome {}

        /** The prompt can never be generated: a damaged picture, say. */
        record Refused(PromptRequest prompt, String reason) implements Outcome {}
    }

    private final JudgeModel model;
    private final String actorId;
    private final ImageStore images;
    private final Clock clock;
    private int version = -1;
    private String digest = "";

    RolloutMaker(final JudgeModel model, final String actorId, final Path dataRoot, final Clock clock) {
        this.model = model;
        this.actorId = actorId;
        this.images = new ImageStore(dataRoot);
        this.clock = clock;
    }

    void take(final Policy policy) {
        if (policy.weights() instanceof PolicyFetcher.Weights.InMemory inMemory) {
            model.replacePolicy(inMemory.image(), "policy-version-" + policy.version());
        } else if (policy.weights() instanceof PolicyFetcher.Weights.InFile inFile) {
            model.replacePolicy(inFile.file());
        }
        version = policy.version();
        digest = policy.digest();
    }

    int version() {
        return version;
    }

    /** @param betweenPieces called now and then while tokens are drawn; it may {@link #take} a newer policy */
    List<Outcome> roll(final List<PromptRequest> prompts, final Runnable betweenPieces) {
        final List<Outcome> outcomes = new ArrayList<>();
        final Map<Kind, List<PromptRequest>> batches = new LinkedHashMap<>();
        final Map<PromptRequest, EncodedPrompt> encoded = new LinkedHashMap<>();
        for (final PromptRequest prompt : prompts) {
            try {
                encoded.put(prompt, encode(prompt));
                batches.computeIfAbsent(kindOf(prompt), k -> new ArrayList<>()).add(prompt);
            } catch (final ModelException e) {
                outcomes.add(new Outcome.Refused(prompt, String.valueOf(e.getMessage())));
            }
        }
        batches.forEach((kind, batch) -> outcomes.addAll(generate(kind, batch, encoded, betweenPieces)));
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
        return new Kind(prompt.getGroupSize(), new Sampling(s.getTemperature(), s.getTopP(), s.getMaxNewTokens()));
    }

    private EncodedPrompt encode(final PromptRequest prompt) {
        final List<byte[]> pictures = new ArrayList<>();
        try {
            for (final ImageRef image : prompt.getImages()) {
                pictures.add(images.read(image));
            }
        } catch (final IllegalArgumentException e) {
            throw new ModelException(String.valueOf(e.getMessage()), e);
        }
        return model.encode(prompt.getText(), pictures, prompt.getPromptId());
    }

    private List<Outcome> generate(
            final Kind kind,
            final List<PromptRequest> batch,
            final Map<PromptRequest, EncodedPrompt> encoded,
            final Runnable betweenPieces) {
        final int oldest = version;
        final String oldestDigest = digest;
        final long startedAtMs = clock.millis();
        final List<EncodedPrompt> prompts = batch.stream().map(encoded::get).toList();
        final long[] seeds =
                batch.stream().mapToLong(p -> p.getSampling().getSeed()).toArray();
        final List<List<GeneratedCompletion>> groups =
                model.generate(prompts, kind.groupSize(), kind.sampling(), seeds, PIECE_TOKENS, () -> {
                    betweenPieces.run();
                    return version;
                });
        final double share = (clock.millis() - startedAtMs) / (double) batch.size();
        final List<Outcome> outcomes = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            final List<Completion> completions =
                    groups.get(i).stream().map(RolloutMaker::completion).toList();
            outcomes.add(new Outcome.Rolled(
                    batch.get(i),
                    new RolloutGroup(
                            batch.get(i),
                            oldest,
                            oldestDigest,
                            actorId,
                            completions,
                            startedAtMs,
                            share,
                            prompts.get(i).length())));
        }
        return outcomes;
    }

    private static Completion completion(final GeneratedCompletion c) {
        final List<VersionSpan> versions = c.spans().size() == 1
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
