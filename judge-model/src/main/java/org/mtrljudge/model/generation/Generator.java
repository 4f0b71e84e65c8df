package org.mtrljudge.model.generation;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.mtrljudge.model.input.EncodedPrompt;
import org.mtrljudge.model.input.JudgeTokenizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes completions of prompts. */
public final class Generator {
    private static final Logger LOG = LoggerFactory.getLogger(Generator.class);

    private final Decoder decoder;
    private final JudgeTokenizer tokenizer;
    private final Set<Integer> stopTokens;
    private final String opening;
    private final NDManager manager;
    private long maxTokens = Long.MAX_VALUE;
    private PeakPositions peak = new PeakPositions(0, 0);

    /**
     * @param stopTokens the ids that end a completion
     * @param opening what the chat template writes of every answer: the text of a completion begins with it, its tokens do not
     * @param manager the parent of the arrays of each call, which the call frees
     */
    public Generator(
            final Decoder decoder,
            final JudgeTokenizer tokenizer,
            final Set<Integer> stopTokens,
            final String opening,
            final NDManager manager) {
        this.decoder = decoder;
        this.tokenizer = tokenizer;
        this.stopTokens = stopTokens;
        this.opening = opening;
        this.manager = manager;
    }

    /**
     * @param seeds one seed per prompt
     * @return {@code groupSize} completions per prompt
     */
    public List<List<GeneratedCompletion>> generate(
            final List<EncodedPrompt> prompts,
            final int groupSize,
            final Sampling sampling,
            final long[] seeds,
            final Batching batching) {
        final List<Row> rows = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            rows.addAll(rows(new Asked(i, prompts.get(i)), groupSize, sampling, seeds[i]));
        }
        final long before = Math.min(maxTokens, batching.maxTokens());
        try (NDManager scope = manager.newSubManager()) {
            final Generation generation = new Generation(
                    decoder, sampling, new Batching(before, batching.pieceTokens(), batching.beforePiece()), scope);
            generation.run(rows);
            peak = generation.peak();
            learnLimit(generation);
        }
        final List<List<GeneratedCompletion>> groups = new ArrayList<>();
        for (int from = 0; from < rows.size(); from += groupSize) {
            groups.add(rows.subList(from, from + groupSize).stream()
                    .map(this::completion)
                    .toList());
        }
        return groups;
    }

    /**
     * Begins a generation to which prompts can be added at any time.
     *
     * @param sampling the temperature and the tail of all its prompts
     * @param positions see {@link Batching#maxTokens}
     */
    public GenerationSession session(final Sampling sampling, final long positions) {
        final NDManager scope = manager.newSubManager();
        final Batching batching = new Batching(Math.min(maxTokens, positions), Integer.MAX_VALUE, () -> 0);
        return new GenerationSession(new Generation(decoder, sampling, batching, scope), this, scope);
    }

    /** Later generations begin with the limit that this one came to. */
    void learnLimit(final Generation generation) {
        if (generation.maxTokens() < generation.wantedTokens()) {
            maxTokens = Math.min(maxTokens, generation.maxTokens());
            LOG.warn(
                    "memory was short, so from now on the keys and values of at most {} positions are kept at once: a lower"
                            + " rollout.max_batched_tokens spares the work that was done again",
                    maxTokens);
        }
    }

    /** The rows of a prompt, one for each completion. */
    List<Row> rows(final Asked asked, final int groupSize, final Sampling sampling, final long seed) {
        return Stream.of(sampling.uniforms(seed, groupSize))
                .map(uniforms -> new Row(asked, uniforms, stopTokens))
                .toList();
    }

    GeneratedCompletion completion(final Row row) {
        return row.completion(tokenizer, opening);
    }

    /** The peak of the last generation. */
    public PeakPositions peak() {
        return peak;
    }
}
