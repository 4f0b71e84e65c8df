package org.mtrljudge.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
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
import org.mtrljudge.model.generation.Batching;
import org.mtrljudge.model.generation.Decoder;
import org.mtrljudge.model.generation.GeneratedCompletion;
import org.mtrljudge.model.generation.GenerationSession;
import org.mtrljudge.model.generation.Generator;
import org.mtrljudge.model.generation.PeakPositions;
import org.mtrljudge.model.generation.Sampling;
import org.mtrljudge.model.input.EncodedPrompt;
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
 * A judge: reads prompts, generates completions, scores their tokens, and learns. Only one thread may use it at a time.
 * Every call frees the memory that it allocated, except the weights and the arrays that it puts into the caller's scope.
 */
public final class JudgeModel implements AutoCloseable {
    private static final long ADAPTER_SEED = 1;
    private final JudgeFolder folder;
    private final JudgeTokenizer tokenizer;
    private final PromptEncoder encoder;
    private final JudgeModule module;
    private final NDManager manager;
    private final JudgeWeights weights;
    private final Generator generator;
    private final TokenScorer scorer;

    private JudgeModel(
            final JudgeFolder folder,
            final ModelOptions options,
            final SortedMap<String, Safetensors.Tensor> tensors,
            final SortedMap<String, Safetensors.Tensor> adapterTensors) {
        final JudgeConfig config = folder.config();
        this.folder = folder;
        this.tokenizer = new JudgeTokenizer(folder.tokenizerJson());
        this.encoder = folder.promptEncoder(tokenizer);
        this.module = new JudgeModule();
        this.manager = NDManager.newBaseManager(Devices.named(options.device()), "PyTorch");
        this.weights = new JudgeWeights(config, options, tensors, adapterTensors, module, manager);
        final NDList shared = SharedInputs.of(config.text(), manager);
        final Decoder decoder = new Decoder(module, config, weights, shared);
        this.generator = new Generator(decoder, tokenizer, folder.stopTokens(), encoder.opening(), manager);
        this.scorer = new TokenScorer(module, config, shared, weights, options.gradientCheckpointing());
    }

    /** Creates a judge with random weights, in float32 on the CPU. */
    public static JudgeModel random(final JudgeFolder folder, final long seed) {
        return new JudgeModel(folder, ModelOptions.PLAIN, RandomWeights.of(folder.config(), seed), new TreeMap<>());
    }

    /** Loads a judge with the weights of a checkpoint, in float32 on the CPU. */
    public static JudgeModel load(final JudgeFolder folder) {
        return load(folder, ModelOptions.PLAIN);
    }

    /**
     * Loads a judge with the weights of a checkpoint. A folder of an adapter adds its adapter to them. For any other folder, a new
     * adapter is added when the options name one.
     *
     * @throws ModelException when the weights do not match their configuration, or when the options name another adapter than the
     *     adapter of the folder
     */
    public static JudgeModel load(final JudgeFolder folder, final ModelOptions options) {
        return load(folder, options, ADAPTER_SEED);
    }

    /** The same, where {@code adapterSeed} is the seed of the initial weights of a new adapter. */
    public static JudgeModel load(final JudgeFolder folder, final ModelOptions options, final long adapterSeed) {
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
                own == null ? RandomWeights.adapter(lora, folder.config(), adapterSeed) : own);
    }

    public EncodedPrompt encode(final String text, final List<byte[]> pictures, final String name) {
        return encode(null, text, pictures, name);
    }

    /** Encodes a prompt, see {@link PromptEncoder#encode}. */
    public EncodedPrompt encode(
            final @Nullable String system, final String text, final List<byte[]> pictures, final String name) {
        return encoder.encode(system, text, pictures, name);
    }

    /** Returns the token ids of a completion's text, with the end-of-turn token behind them. */
    public int[] encodeCompletion(final String text) {
        return encoder.encodeCompletion(text);
    }

    /** Makes text from token ids; special tokens add none. */
    public String decode(final int[] ids) {
        return tokenizer.decode(ids);
    }

    /**
     * Generates {@code groupSize} completions for each prompt. Each prompt is computed once for its whole group.
     *
     * @param seeds one seed per prompt. The weights, the prompt and its seed determine the completions; the other prompts of the
     *     batch have no influence
     * @return one list of completions per prompt
     */
    public List<List<GeneratedCompletion>> generate(
            final List<EncodedPrompt> prompts, final int groupSize, final Sampling sampling, final long[] seeds) {
        return generate(prompts, groupSize, sampling, seeds, Batching.PLAIN);
    }

    /**
     * Generates completions as above. The policy may be replaced before each piece (the in-flight update of PipelineRL). Keys and values of
     * earlier tokens are kept. The log-probability of a token belongs to the weights that the token was sampled with.
     */
    public List<List<GeneratedCompletion>> generate(
            final List<EncodedPrompt> prompts,
            final int groupSize,
            final Sampling sampling,
            final long[] seeds,
            final Batching batching) {
        return generator.generate(prompts, groupSize, sampling, seeds, batching);
    }

    /** Begins a generation to which prompts can be added while it is going on, see {@link Generator#session}. */
    public GenerationSession session(final Sampling sampling, final long maxTokens) {
        return generator.session(sampling, maxTokens);
    }

    /** The keys and values that the last generation kept. */
    public PeakPositions peakPositions() {
        return generator.peak();
    }

    /** Scores all completion tokens of the groups, see {@link TokenScorer#score}. */
    public TokenScores score(final List<PackedGroup> groups, final double temperature, final NDManager scope) {
        return scorer.score(policy(), groups, temperature, scope);
    }

    /** Scores the tokens as above, with another version of the policy. */
    public TokenScores score(
            final Weights by, final List<PackedGroup> groups, final double temperature, final NDManager scope) {
        return scorer.score(by, groups, temperature, scope);
    }

    /**
     * Runs the forward pass over the groups, computes {@code loss} of their scores, and runs the backward pass. The gradients are added
     * to the gradients that the policy's weights already have. The {@link #optimizer} must have been created before.
     *
     * @param scope owns all arrays of both passes
     * @param loss computes a scalar from the scores; the scope owns its arrays
     */
    public void backward(
            final List<PackedGroup> groups,
            final double temperature,
            final NDManager scope,
            final Function<TokenScores, NDArray> loss) {
        scorer.backward(groups, temperature, scope, loss);
    }

    /** Computes the logits at every position of a prompt, {@code [positions, vocabulary]}, float32, to compare implementations. */
    NDArray logits(final EncodedPrompt prompt, final NDManager scope) {
        return scorer.logits(prompt, scope);
    }

    /** Creates the optimiser of the policy's weights; training starts with it. */
    public AdamW optimizer(final AdamW.Settings settings) {
        return new AdamW(module, policy(), settings);
    }

    /** Creates a scope for the arrays of one step. */
    public NDManager newScope() {
        return manager.newSubManager();
    }

    /** The shapes and the special tokens of the model. */
    public JudgeConfig config() {
        return folder.config();
    }

    /** The weights that are trained, broadcast and saved: all weights, or only those of the adapter if there is one. */
    public Weights policy() {
        return weights.policy();
    }

    /** The low-rank adapter that is trained, or null if all weights are trained. */
    public @Nullable Lora lora() {
        return weights.lora();
    }

    /**
     * Replaces the policy's weights by those of a safetensors image in memory.
     *
     * @param origin names the image in error messages
     * @throws ModelException when the image does not fit this policy. The policy then keeps its weights
     */
    public void replacePolicy(final ByteBuffer safetensors, final String origin) {
        weights.replacePolicy(safetensors, origin);
    }

    /** Replaces the policy's weights as above, from a file of any size. */
    public void replacePolicy(final Path safetensors) {
        weights.replacePolicy(safetensors);
    }

    /**
     * Loads a policy that {@link #save} wrote.
     *
     * @throws ModelException when the checkpoint cannot be read
     */
    public void restore(final Path checkpoint) {
        final JudgeFolder saved = JudgeFolder.open(checkpoint);
        if (JudgeFolder.isAdapter(checkpoint) != (lora() != null)) {
            throw new ModelException(
                    checkpoint + " is not a checkpoint of this model: only one of the two is an adapter");
        }
        final SortedMap<String, Safetensors.Tensor> own = saved.adapterTensors(folder.config());
        policy().overwrite(own == null ? saved.tensors() : own);
    }

    /** Loads a policy as above, and the state of the optimiser. */
    public void restore(final Path checkpoint, final AdamW optimizer) {
        restore(checkpoint);
        optimizer.restore(checkpoint);
    }

    /** Writes a checkpoint folder, or a PEFT adapter folder, in the number type of the policy. */
    public void save(final Path to) {
        save(to, policy().type());
    }

    /** Writes a folder as above. The weights of a whole judge are converted to the given type. */
    public void save(final Path to, final WeightType type) {
        write(to, type, made -> {});
    }

    /** Writes a folder from which training can continue: policy, optimiser, and a file whose content is asked last. */
    public void save(final Path to, final AdamW optimizer, final String file, final Supplier<byte[]> content) {
        write(to, policy().type(), made -> {
            made.write(AdamW.FILE, optimizer::writeTo);
            made.write(file, content.get());
        });
    }

    /** Writes the additional files of a checkpoint. */
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
