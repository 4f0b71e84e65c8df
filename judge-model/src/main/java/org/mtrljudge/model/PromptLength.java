package org.mtrljudge.model;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.model.input.JudgeTokenizer;
import org.mtrljudge.model.input.PromptEncoder;

/** Encodes prompts of a checkpoint without its weights, for those who only count tokens. */
public final class PromptLength implements AutoCloseable {
    private final JudgeTokenizer tokenizer;
    private final PromptEncoder encoder;

    public PromptLength(final JudgeFolder folder) {
        this.tokenizer = new JudgeTokenizer(folder.tokenizerJson());
        this.encoder = folder.promptEncoder(tokenizer);
    }

    /**
     * The number of tokens of a prompt, with its turns and pictures.
     *
     * @param system the turn of the system; null: there is none
     * @param text the user's turn with one {@code <image>} for each picture
     * @throws ModelException when the prompt cannot be encoded
     */
    public int of(final @Nullable String system, final String text, final List<byte[]> pictures) {
        return encoder.length(system, text, pictures);
    }

    /** Whether a text has what looks like a special token. It is encoded as text here; other programs make the token of it. */
    public boolean hasSpecialTokens(final String text) {
        return tokenizer.hasSpecialTokens(text);
    }

    /** What the chat template writes of every answer, see {@link PromptEncoder#opening}. */
    public String opening() {
        return encoder.opening();
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
