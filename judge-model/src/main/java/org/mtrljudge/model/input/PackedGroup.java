package org.mtrljudge.model.input;

import java.util.List;

/** A prompt and the completions that share it: the unit that a training batch is packed of. */
public record PackedGroup(EncodedPrompt prompt, List<int[]> completions) {

    /** Positions the group takes in a batch: each completion's last token is predicted, never read. */
    public int width() {
        return prompt.length()
                + completions.stream().mapToInt(c -> c.length - 1).sum();
    }

    /** Tokens that the group trains on. */
    public int completionTokens() {
        return completions.stream().mapToInt(c -> c.length).sum();
    }
}
