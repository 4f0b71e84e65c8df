package org.mtrljudge.model.generation;

import org.mtrljudge.model.input.EncodedPrompt;

/** A prompt of a generation. Its number tells it from another one with the same content. */
record Asked(int number, EncodedPrompt prompt) {
    int length() {
        return prompt.length();
    }
}
