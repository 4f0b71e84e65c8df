package org.mtrljudge.model.generation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.mtrljudge.model.input.JudgeTokenizer;

/** A completion while it is generated. */
final class Row {
    private final Asked asked;
    private final float[] uniforms;
    private final Set<Integer> stopTokens;
    private final List<GeneratedCompletion.Span> spans = new ArrayList<>();
    private final int[] tokens;
    private final float[] logProbs;
    private int length;
    private boolean finished;
    private boolean stopped;

    /** @param uniforms one uniform number for each token that the completion may have */
    Row(final Asked asked, final float[] uniforms, final Set<Integer> stopTokens) {
        this.asked = asked;
        this.uniforms = uniforms;
        this.stopTokens = stopTokens;
        this.tokens = new int[uniforms.length];
        this.logProbs = new float[uniforms.length];
    }

    Asked asked() {
        return asked;
    }

    boolean ended() {
        return finished || stopped || length == tokens.length;
    }

    /** The most tokens that it may have. */
    int limit() {
        return tokens.length;
    }

    int lastToken() {
        return tokens[length - 1];
    }

    /** The rotary position of the last token. */
    int lastPosition() {
        return asked.prompt().nextPosition() + length - 1;
    }

    /** The uniform number of the token that many places after the last one; any number after the end. */
    float uniform(final int ahead) {
        return length + ahead < uniforms.length ? uniforms[length + ahead] : 0;
    }

    /** Takes tokens up to the end of the completion; what is behind it is ignored. */
    void add(final long[] sampled, final float[] ofThem, final int from, final int to, final int mark) {
        final int before = length;
        for (int i = from; i < to && !ended(); i++) {
            tokens[length] = (int) sampled[i];
            logProbs[length++] = ofThem[i];
            finished = stopTokens.contains((int) sampled[i]);
        }
        final int added = length - before;
        final int last = spans.size() - 1;
        if (added == 0) {
            return;
        }
        if (last >= 0 && spans.get(last).mark() == mark) {
            spans.set(last, new GeneratedCompletion.Span(mark, spans.get(last).tokens() + added));
        } else {
            spans.add(new GeneratedCompletion.Span(mark, added));
        }
    }

    /** Ends the completion where it is, because nobody wants the rest. */
    void stop() {
        stopped = true;
    }

    int length() {
        return length;
    }

    /** Forgets all tokens. */
    void restart() {
        length = 0;
        finished = false;
        spans.clear();
    }

    /** @param opening what the chat template wrote of every answer: the text begins with it, the tokens do not */
    GeneratedCompletion completion(final JudgeTokenizer tokenizer, final String opening) {
        final int[] own = Arrays.copyOf(tokens, length);
        return new GeneratedCompletion(
                own, Arrays.copyOf(logProbs, length), opening + tokenizer.decode(own), finished, List.copyOf(spans));
    }
}
