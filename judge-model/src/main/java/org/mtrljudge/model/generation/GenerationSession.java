package org.mtrljudge.model.generation;

import ai.djl.ndarray.NDManager;
import java.util.List;
import org.mtrljudge.model.input.EncodedPrompt;

/**
 * A generation to which prompts are added while it is going on, as a server needs it: a new prompt joins those that are generating as soon as
 * there is room. Its completions are those that {@link Generator#generate} gives for the same prompt, sampling and seed. Only one thread may
 * use it, the one that uses the model.
 */
public final class GenerationSession implements AutoCloseable {
    private final Generation generation;
    private final Generator generator;
    private final NDManager scope;
    private int added;

    GenerationSession(final Generation generation, final Generator generator, final NDManager scope) {
        this.generation = generation;
        this.generator = generator;
        this.scope = scope;
    }

    /** The completions of one prompt, which grow with each {@link #step}. */
    public final class Group {
        private final List<Row> rows;

        private Group(final List<Row> rows) {
            this.rows = rows;
        }

        /** The completions so far. */
        public List<GeneratedCompletion> completions() {
            return rows.stream().map(generator::completion).toList();
        }

        /** The number of tokens so far. */
        public int tokens() {
            return rows.stream().mapToInt(Row::length).sum();
        }

        public boolean ended() {
            return rows.stream().allMatch(Row::ended);
        }

        /** Ends all completions where they are. */
        public void stop() {
            rows.forEach(Row::stop);
        }
    }

    /**
     * Adds a prompt.
     *
     * @param sampling with the temperature and the tail of this session, and a limit of tokens of its own
     * @param seed decides the completions, together with weights, prompt and limit
     */
    public Group add(final EncodedPrompt prompt, final int groupSize, final Sampling sampling, final long seed) {
        final Group group = new Group(generator.rows(new Asked(added++, prompt), groupSize, sampling, seed));
        generation.add(group.rows);
        return group;
    }

    /** Whether there are completions that have not ended. */
    public boolean isBusy() {
        return generation.isBusy();
    }

    /**
     * Generates a few tokens of all prompts that have begun.
     *
     * @throws ai.djl.engine.EngineException when libtorch fails. All groups of the session are lost then
     */
    public void step() {
        generation.step();
    }

    /** Frees all arrays. Groups that have not ended stay as they are. */
    @Override
    public void close() {
        generator.learnLimit(generation);
        scope.close();
    }
}
