package org.mtrljudge.actor.engine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.model.engine.JudgeModule;
import org.mtrljudge.model.generation.Batching;
import org.mtrljudge.model.generation.GeneratedCompletion;
import org.mtrljudge.model.generation.Sampling;
import org.mtrljudge.model.input.EncodedPrompt;
import org.mtrljudge.model.input.EncodingThreads;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.codec.ImageStore;
import org.mtrljudge.schemas.policy.PolicyFetcher;

/** Generates with the judge's own model in this process. */
public final class JudgeEngine implements GenerationEngine {
    /** The number of tokens between two checks for newer weights. */
    private static final int PIECE_TOKENS = 16;

    private final JudgeModel model;
    private final ImageStore images;
    private final int threads;
    private final EncodingThreads encoders;
    private final long maxTokens;

    /**
     * Takes over the model and closes it at the end.
     *
     * @param dataRoot the folder of the images by reference
     * @param threads the number of cores that one tensor operation may use, and of prompts that are encoded at a time
     * @param maxTokens see {@link Batching}
     */
    public JudgeEngine(final JudgeModel model, final Path dataRoot, final int threads, final long maxTokens) {
        this.model = model;
        this.images = new ImageStore(dataRoot);
        this.threads = threads;
        this.encoders = new EncodingThreads(threads);
        this.maxTokens = maxTokens;
    }

    @Override
    public void begin() {
        JudgeModule.useThreads(threads);
    }

    @Override
    public void use(final Policy policy) {
        if (policy.weights() instanceof PolicyFetcher.Weights.InMemory inMemory) {
            model.replacePolicy(inMemory.image(), "policy-version-" + policy.version());
        } else if (policy.weights() instanceof PolicyFetcher.Weights.InFile inFile) {
            model.replacePolicy(inFile.file());
        }
    }

    @Override
    public List<Result> generate(
            final List<PromptRequest> prompts,
            final int groupSize,
            final Sampling sampling,
            final IntSupplier beforePiece) {
        final List<Result> results = new ArrayList<>();
        final List<PromptRequest> sound = new ArrayList<>();
        final List<EncodedPrompt> encoded = new ArrayList<>();
        final List<EncodingThreads.Begun> begun = prompts.stream()
                .map(prompt -> encoders.begin(() -> encode(prompt)))
                .toList();
        for (int i = 0; i < prompts.size(); i++) {
            try {
                encoded.add(begun.get(i).join());
                sound.add(prompts.get(i));
            } catch (final ModelException e) {
                results.add(new Result.Refused(prompts.get(i), String.valueOf(e.getMessage())));
            }
        }
        if (!sound.isEmpty()) {
            final long[] seeds =
                    sound.stream().mapToLong(p -> p.getSampling().getSeed()).toArray();
            final List<List<GeneratedCompletion>> groups = model.generate(
                    encoded, groupSize, sampling, seeds, new Batching(maxTokens, PIECE_TOKENS, beforePiece));
            for (int i = 0; i < sound.size(); i++) {
                results.add(new Result.Group(sound.get(i), encoded.get(i).length(), groups.get(i)));
            }
        }
        return results;
    }

    private EncodedPrompt encode(final PromptRequest prompt) {
        final List<byte[]> pictures;
        try {
            pictures = images.readAll(prompt);
        } catch (final IllegalArgumentException e) {
            throw new ModelException(String.valueOf(e.getMessage()), e);
        }
        return model.encode(prompt.getSystem(), prompt.getText(), pictures, prompt.getPromptId());
    }

    @Override
    public void close() {
        encoders.close();
        model.close();
    }
}
