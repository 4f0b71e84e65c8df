package org.mtrljudge.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.mtrljudge.model.JudgeModule.Gradients;

/**
 * A judge that reads prompts, draws completions and scores tokens. One thread at a time; actor and learner each have their own.
 * Every call frees what it allocated; only the weights and what a caller's scope receives stay.
 */
public final class JudgeModel implements AutoCloseable {
    private final JudgeFolder folder;
    private final JudgeTokenizer tokenizer;
    private final PromptEncoder encoder;
    private final JudgeModule module;
    private final NDManager manager;
    private final NDList shared;
    private Weights weights;

    private JudgeModel(final JudgeFolder folder, final NDManager manager, final Weights weights) {
        this.folder = folder;
        this.manager = manager;
        this.weights = weights;
        this.tokenizer = new JudgeTokenizer(folder.tokenizerJson());
        this.encoder = new PromptEncoder(folder.config(), tokenizer);
        this.module = new JudgeModule();
        this.shared = shared(folder.config().text(), manager);
    }

    /** A judge with fresh weights. */
    public static JudgeModel random(final JudgeFolder folder, final long seed) {
        final NDManager manager = NDManager.newBaseManager("PyTorch");
        return new JudgeModel(folder, manager, Weights.random(folder.config(), manager, seed));
    }

    /** A judge with a checkpoint's weights. */
    public static JudgeModel load(final JudgeFolder folder) {
        final NDManager manager = NDManager.newBaseManager("PyTorch");
        return new JudgeModel(folder, manager, folder.readWeights(manager));
    }

    /** The dictionary {@code r}: what every call of the module gets. */
    private static NDList shared(final JudgeConfig.Text text, final NDManager manager) {
        final NDList shared = new NDList(rotaryFrequencies(text, manager));
        shared.head().setName("r.frequencies");
        final JudgeConfig.Experts experts = text.experts();
        if (experts != null) {
            final NDArray perToken = manager.create((long) experts.perToken());
            perToken.setName("r.experts_per_token");
            shared.add(perToken);
        }
        return shared;
    }

    /** {@code [3, headDim / 2]}: each frequency stands in the row of the axis that turns it; interleaved T H W T H W … T T. */
    private static NDArray rotaryFrequencies(final JudgeConfig.Text text, final NDManager manager) {
        final int half = text.headDim() / 2;
        final float[] table = new float[3 * half];
        for (int f = 0; f < half; f++) {
            int axis = f % 3;
            if (f >= text.mropeSection().get(axis) * 3) {
                axis = 0;
            }
            table[axis * half + f] = (float) (1 / Math.pow(text.ropeTheta(), 2.0 * f / text.headDim()));
        }
        return manager.create(table, new Shape(3, half));
    }

    /** Reads a prompt: its text with one {@code <image>} for each encoded picture. */
    public EncodedPrompt encode(final String text, final List<byte[]> pictures, final String name) {
        final List<ImagePatches> images = new ArrayList<>();
        for (int i = 0; i < pictures.size(); i++) {
            images.add(folder.imageProcessor().process(pictures.get(i), (i + 1) + " of " + name));
        }
        return encoder.encode(text, images);
    }

    /** A completion's text as token ids, the end of the turn included. */
    public int[] encodeCompletion(final String text) {
        return encoder.encodeCompletion(text);
    }

    /**
     * Draws {@code groupSize} completions for each prompt; a prompt is computed once for its group.
     *
     * @param seeds one a prompt; with the weights it fixes what is drawn, whatever else is in the batch
     * @return one list a prompt
     */
    public List<List<GeneratedCompletion>> generate(
            final List<EncodedPrompt> prompts, final int groupSize, final Sampling sampling, final long[] seeds) {
        try (NDManager scope = manager.newSubManager()) {
            final NDList arguments = new NDList();
            weights.addTo(arguments, "w");
            PromptBatch.addTo(arguments, folder.config(), prompts, shared, scope);
            arguments.add(scope.create(
                    uniforms(seeds, groupSize, sampling.maxNewTokens()),
                    new Shape((long) prompts.size() * groupSize, sampling.maxNewTokens())));
            arguments.add(scope.create(new long[] {folder.config().eosTokenId()}));
            arguments.add(scope.create(new double[] {sampling.temperature(), sampling.topP()}));
            final NDList result = module.run("generate", arguments, Gradients.NEVER);
            result.attach(scope);
            return completions(result, prompts.size(), groupSize);
        }
    }

    private static float[] uniforms(final long[] seeds, final int groupSize, final int limit) {
        final float[] uniforms = new float[seeds.length * groupSize * limit];
        for (int row = 0; row < seeds.length; row++) {
            final SplittableRandom random = new SplittableRandom(seeds[row]);
            for (int i = 0; i < groupSize * limit; i++) {
                uniforms[row * groupSize * limit + i] = (random.nextInt() >>> 8) * 0x1p-24f;
            }
        }
        return uniforms;
    }

    private List<List<GeneratedCompletion>> completions(final NDList result, final int prompts, final int groupSize) {
        final long[] tokens = result.get(0).toLongArray();
        final float[] logProbs = result.get(1).toFloatArray();
        final int length = Math.toIntExact(result.get(0).getShape().get(1));
        final List<List<GeneratedCompletion>> groups = new ArrayList<>();
        for (int p = 0; p < prompts; p++) {
            final List<GeneratedCompletion> group = new ArrayList<>();
            for (int g = 0; g < groupSize; g++) {
                group.add(completion(tokens, logProbs, (p * groupSize + g) * length, length));
            }
            groups.add(group);
        }
        return groups;
    }

    private GeneratedCompletion completion(
            final long[] tokens, final float[] logProbs, final int from, final int limit) {
        int length = 0;
        while (length < limit && tokens[from + length] >= 0) {
            length++;
        }
        final int[] ids = new int[length];
        for (int i = 0; i < length; i++) {
            ids[i] = (int) tokens[from + i];
        }
        final boolean finished = ids[length - 1] == folder.config().eosTokenId();
        return new GeneratedCompletion(
                ids, Arrays.copyOfRange(logProbs, from, from + length), tokenizer.decode(ids), finished);
    }

    /**
     * Log-probabilities of all completion tokens of the groups, in their order.
     *
     * @param training whether gradients of the weights are recorded
     * @param scope owns the result and everything behind it
     */
    public TokenScores score(
            final List<PackedGroup> groups, final double temperature, final boolean training, final NDManager scope) {
        return score(weights, groups, temperature, training, scope);
    }

    /** As above, by other weights of the same shapes. */
    public TokenScores score(
            final Weights by,
            final List<PackedGroup> groups,
            final double temperature,
            final boolean training,
            final NDManager scope) {
        final NDList arguments = new NDList();
        by.addTo(arguments, "w");
        new PackedBatch(groups).addTo(arguments, folder.config(), shared, scope);
        arguments.add(scope.create((float) temperature));
        final NDList result = module.run("log_probs", arguments, training ? Gradients.RECORDED : Gradients.OFF);
        result.attach(scope);
        return new TokenScores(result.get(0), result.get(1));
    }

    /** Logits at every position of a prompt, {@code [positions, vocabulary]}, float32: what implementations are compared by. */
    NDArray logits(final EncodedPrompt prompt, final NDManager scope) {
        final NDList arguments = new NDList();
        weights.addTo(arguments, "w");
        new PackedBatch(List.of(new PackedGroup(prompt, List.of())))
                .addSequencesTo(arguments, folder.config(), shared, scope);
        final NDList result = module.run("all_logits", arguments, Gradients.NEVER);
        result.attach(scope);
        return result.head().squeeze(0);
    }

    /** Starts training: an AdamW over all weights. */
    public AdamW optimizer(final AdamW.Settings settings) {
        return new AdamW(module, weights, settings);
    }

    /** A scope for one step's arrays. */
    public NDManager newScope() {
        return manager.newSubManager();
    }

    public Weights weights() {
        return weights;
    }

    /**
     * Takes the weights of a safetensors image and frees the old ones.
     *
     * @throws ModelException when the image does not fit this architecture; the old weights stay
     */
    public void replaceWeights(final ByteBuffer safetensors, final String origin) {
        replaceWeights(folder.readWeights(safetensors, Path.of(origin), manager));
    }

    /**
     * Takes the weights of a checkpoint of the same architecture and frees the old ones.
     *
     * @throws ModelException when they cannot be read; the old weights stay
     */
    public void replaceWeights(final JudgeFolder checkpoint) {
        replaceWeights(checkpoint.readWeights(manager));
    }

    private void replaceWeights(final Weights next) {
        weights.close();
        weights = next;
    }

    /** Writes a checkpoint folder that {@link JudgeFolder#open} and the ecosystem read. */
    public void save(final Path to, final WeightType type) {
        folder.save(to, weights, type);
    }

    @Override
    public void close() {
        tokenizer.close();
        module.close();
        manager.close();
    }
}
