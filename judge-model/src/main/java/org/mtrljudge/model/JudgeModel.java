package org.mtrljudge.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.checkpoint.NewFolder;
import org.mtrljudge.model.config.JudgeConfig;
import org.mtrljudge.model.config.Lora;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.model.config.ModelOptions;
import org.mtrljudge.model.config.WeightType;
import org.mtrljudge.model.engine.Devices;
import org.mtrljudge.model.engine.JudgeModule;
import org.mtrljudge.model.engine.SharedInputs;
import org.mtrljudge.model.generation.GeneratedCompletion;
import org.mtrljudge.model.generation.GeneratedRows;
import org.mtrljudge.model.generation.Generation;
import org.mtrljudge.model.generation.Sampling;
import org.mtrljudge.model.input.EncodedPrompt;
import org.mtrljudge.model.input.ImagePatches;
import org.mtrljudge.model.input.JudgeTokenizer;
import org.mtrljudge.model.input.PackedGroup;
import org.mtrljudge.model.input.PromptEncoder;
import org.mtrljudge.model.training.AdamW;
import org.mtrljudge.model.training.TokenScorer;
import org.mtrljudge.model.training.TokenScores;
import org.mtrljudge.model.weights.JudgeWeights;
import org.mtrljudge.model.weights.RandomWeights;
import org.mtrljudge.model.weights.Safetensors;
import org.mtrljudge.model.weights.Weights;

/**
 * A judge that reads prompts, draws completions and scores tokens. One thread at a time; actor and learner each have their own.
 * Every call frees what it allocated; only the weights and what a caller's scope receives stay.
 */
public final class JudgeModel implements AutoCloseable {
    private static final long ADAPTER_SEED = 1;
    private final JudgeFolder folder;
    private final JudgeTokenizer tokenizer;
    private final PromptEncoder encoder;
    private final JudgeModule module;
    private final NDManager manager;
    private final NDList shared;
    private final JudgeWeights weights;
    private final TokenScorer scorer;

    private JudgeModel(
            final JudgeFolder folder,
            final ModelOptions options,
            final SortedMap<String, Safetensors.Tensor> tensors,
            final SortedMap<String, Safetensors.Tensor> adapterTensors) {
        final JudgeConfig config = folder.config();
        this.folder = folder;
        this.tokenizer = new JudgeTokenizer(folder.tokenizerJson());
        this.encoder = new PromptEncoder(config, tokenizer);
        this.module = new JudgeModule();
        this.manager = NDManager.newBaseManager(Devices.named(options.device()), "PyTorch");
        this.weights = new JudgeWeights(config, options, tensors, adapterTensors, module, manager);
        this.shared = SharedInputs.of(config.text(), manager);
        this.scorer = new TokenScorer(module, config, shared, weights, options.gradientCheckpointing());
    }

    /** A judge with fresh weights, in float32 on the CPU. */
    public static JudgeModel random(final JudgeFolder folder, final long seed) {
        return new JudgeModel(folder, ModelOptions.PLAIN, RandomWeights.of(folder.config(), seed), new TreeMap<>());
    }

    /** A judge with a checkpoint's weights, in float32 on the CPU. */
    public static JudgeModel load(final JudgeFolder folder) {
        return load(folder, ModelOptions.PLAIN);
    }

    /**
     * A judge with a checkpoint's weights. A fresh adapter is put on them when the options name one; an adapter's folder brings its own.
     *
     * @throws ModelException when the weights are not as their configuration says, or the options ask for another adapter than the
     *     folder's
     */
    public static JudgeModel load(final JudgeFolder folder, final ModelOptions options) {
        final ModelOptions resolved = folder.resolved(options);
        final Lora lora = resolved.lora();
        final SortedMap<String, Safetensors.Tensor> tensors = folder.tensors();
        if (lora == null) {
            return new JudgeModel(folder, resolved, tensors, new TreeMap<>());
        }
        final SortedMap<String, Safetensors.Tensor> own = folder.adapterTensors(folder.config());
        return new JudgeModel(
                folder,
                resolved,
                tensors,
                own == null ? RandomWeights.adapter(lora, folder.config(), ADAPTER_SEED) : own);
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
        return generate(prompts, groupSize, sampling, seeds, sampling.maxNewTokens(), () -> 0);
    }

    /**
     * As above, in pieces: before each the policy may be replaced; keys and values that are there are kept (PipelineRL's in-flight
     * update). A token's log-probability is by the weights that drew it.
     *
     * @param pieceTokens how many tokens are drawn with the same weights at least
     * @param beforePiece called before each piece; its result marks the piece's tokens
     */
    public List<List<GeneratedCompletion>> generate(
            final List<EncodedPrompt> prompts,
            final int groupSize,
            final Sampling sampling,
            final long[] seeds,
            final int pieceTokens,
            final IntSupplier beforePiece) {
        try (NDManager scope = manager.newSubManager()) {
            final Generation generation = new Generation(module, weights, shared, scope);
            final NDList result =
                    generation.run(folder.config(), prompts, groupSize, sampling, seeds, pieceTokens, beforePiece);
            return new GeneratedRows(result, tokenizer, folder.config().eosTokenId(), generation.spans())
                    .groups(groupSize);
        }
    }

    /**
     * Log-probabilities of all completion tokens of the groups, in their order.
     *
     * @param scope owns the result and everything behind it
     */
    public TokenScores score(final List<PackedGroup> groups, final double temperature, final NDManager scope) {
        return scorer.score(policy(), groups, temperature, scope);
    }

    /** As above, by another version of the policy. */
    public TokenScores score(
            final Weights by, final List<PackedGroup> groups, final double temperature, final NDManager scope) {
        return scorer.score(by, groups, temperature, scope);
    }

    /**
     * Runs a forward over the groups and the backward of what {@code loss} makes of their scores, and leaves the gradients on the
     * policy's weights, added to those already there. An {@link #optimizer} has to be there.
     *
     * @param scope owns all arrays of the pass
     * @param loss from the scores a scalar; its own arrays belong to the scope
     */
    public void backward(
            final List<PackedGroup> groups,
            final double temperature,
            final NDManager scope,
            final Function<TokenScores, NDArray> loss) {
        scorer.backward(groups, temperature, scope, loss);
    }

    /** Logits at every position of a prompt, {@code [positions, vocabulary]}, float32: what implementations are compared by. */
    NDArray logits(final EncodedPrompt prompt, final NDManager scope) {
        return scorer.logits(prompt, scope);
    }

    /** Starts training: an AdamW over the policy's weights. */
    public AdamW optimizer(final AdamW.Settings settings) {
        return new AdamW(module, policy(), settings);
    }

    /** A scope for one step's arrays. */
    public NDManager newScope() {
        return manager.newSubManager();
    }

    /** What is trained, broadcast and saved: all weights, or the adapter alone where there is one. */
    public Weights policy() {
        return weights.policy();
    }

    /** The low-rank adapter that is trained, if it is one. */
    public @Nullable Lora lora() {
        return weights.lora();
    }

    /**
     * Takes a policy's weights from a safetensors image.
     *
     * @throws ModelException when the image does not fit this policy; the old weights stay
     */
    public void replacePolicy(final ByteBuffer safetensors, final String origin) {
        weights.replacePolicy(safetensors, origin);
    }

    /** As above from a file of any size. */
    public void replacePolicy(final Path safetensors) {
        weights.replacePolicy(safetensors);
    }

    /**
     * Takes back a policy that {@link #save} wrote.
     *
     * @throws ModelException when it cannot be read
     */
    public void restore(final Path checkpoint) {
        final JudgeFolder saved = JudgeFolder.open(checkpoint);
        if (JudgeFolder.isAdapter(checkpoint) != (lora() != null)) {
            throw new ModelException(checkpoint + " is no checkpoint of this model: one of them is an adapter");
        }
        final SortedMap<String, Safetensors.Tensor> own = saved.adapterTensors(folder.config());
        policy().overwrite(own == null ? saved.tensors() : own);
    }

    /**
     * As above with the optimiser's state.
     *
     * @throws ModelException when one of them cannot be read
     */
    public void restore(final Path checkpoint, final AdamW optimizer) {
        restore(checkpoint);
        optimizer.restore(checkpoint);
    }

    /** Writes a checkpoint folder, or an adapter's folder as PEFT has it, in the policy's own type. */
    public void save(final Path to) {
        save(to, policy().type());
    }

    /** As above, a whole judge as that type. */
    public void save(final Path to, final WeightType type) {
        write(to, type, made -> {});
    }

    /** Writes a checkpoint folder from which training goes on, with the optimiser's state and a file of the caller's own. */
    public void save(final Path to, final AdamW optimizer, final String file, final byte[] content) {
        write(to, policy().type(), made -> {
            made.write(AdamW.FILE, optimizer::writeTo);
            made.write(file, content);
        });
    }

    /** Writes what comes on top of a checkpoint's own files. */
    private interface Beside {
        void writeTo(NewFolder made) throws IOException;
    }

    private void write(final Path to, final WeightType type, final Beside beside) {
        try (NewFolder made = NewFolder.inPlaceOf(to)) {
            folder.writeTo(made, weights, type);
            beside.writeTo(made);
            made.finish();
        } catch (final IOException e) {
            throw new ModelException("the checkpoint " + to + " cannot be written: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        tokenizer.close();
        module.close();
        manager.close();
    }
}
