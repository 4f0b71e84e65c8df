package org.mtrljudge.model.input;

import java.util.List;

/** A prompt and the completions that share it. A training batch consists of packed groups. */
public record PackedGroup(EncodedPrompt prompt, List<int[]> completions) {

    /** The number of positions of the group in a batch. The last token of a completion needs none: it is predicted, but not read. */
    public int positions() {
        return prompt.length()
                + completions.stream().mapToInt(c -> c.length - 1).sum();
    }

    /** The number of tokens that are trained on. */
    public int completionTokens() {
        return completions.stream().mapToInt(c -> c.length).sum();
    }
}
