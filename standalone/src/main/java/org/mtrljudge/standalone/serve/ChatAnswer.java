package org.mtrljudge.standalone.serve;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.generation.GeneratedCompletion;
import org.mtrljudge.settings.io.Mappers;

/** Writes completions as OpenAI's chat completions, at once or in pieces. */
final class ChatAnswer {
    private static final char INCOMPLETE = '\uFFFD';

    private final String model;
    private final JudgeModel judge;
    private final ChatRequest request;
    private final int promptTokens;
    private final String id = "chatcmpl-" + UUID.randomUUID();
    private final long createdS = System.currentTimeMillis() / 1000;
    // what was sent of each completion
    private final int[] sentCharacters;
    private final int[] sentTokens;

    ChatAnswer(final String model, final JudgeModel judge, final ChatRequest request, final int promptTokens) {
        this.model = model;
        this.judge = judge;
        this.request = request;
        this.promptTokens = promptTokens;
        this.sentCharacters = new int[request.n()];
        this.sentTokens = new int[request.n()];
    }

    /** The whole answer. */
    String whole(final List<GeneratedCompletion> completions) {
        final ObjectNode answer = head("chat.completion");
        final ArrayNode choices = answer.putArray("choices");
        for (int i = 0; i < completions.size(); i++) {
            final GeneratedCompletion made = completions.get(i);
            final ObjectNode choice = choices.addObject().put("index", i);
            choice.putObject("message").put("role", "assistant").put("content", made.text());
            addTokens(choice, made, 0);
            choice.put("finish_reason", reason(made));
        }
        addUsage(answer, completions);
        return answer.toString();
    }

    /** The pieces that were not sent yet, one per completion that has more text. */
    List<String> pieces(final List<GeneratedCompletion> completions, final boolean ended) {
        final List<String> pieces = new ArrayList<>();
        for (int i = 0; i < completions.size(); i++) {
            final GeneratedCompletion made = completions.get(i);
            final int end = ended ? made.text().length() : sound(made.text());
            if (end <= sentCharacters[i] && !ended) {
                continue;
            }
            final ObjectNode piece = head("chat.completion.chunk");
            final ObjectNode choice = piece.putArray("choices").addObject().put("index", i);
            final ObjectNode delta = choice.putObject("delta");
            if (sentTokens[i] == 0) {
                delta.put("role", "assistant");
            }
            delta.put("content", made.text().substring(Math.min(sentCharacters[i], end), end));
            addTokens(choice, made, sentTokens[i]);
            choice.put("finish_reason", ended ? reason(made) : null);
            sentCharacters[i] = end;
            sentTokens[i] = made.tokens().length;
            pieces.add(piece.toString());
        }
        if (ended && request.stream() == ChatRequest.Stream.WITH_USAGE) {
            final ObjectNode last = head("chat.completion.chunk");
            last.putArray("choices");
            addUsage(last, completions);
            pieces.add(last.toString());
        }
        return pieces;
    }

    /** A character of several tokens is decoded as a replacement character until its last token is there. */
    private static int sound(final String text) {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == INCOMPLETE) {
            end--;
        }
        return end;
    }

    private ObjectNode head(final String object) {
        return Mappers.JSON
                .createObjectNode()
                .put("id", id)
                .put("object", object)
                .put("created", createdS)
                .put("model", model);
    }

    private static String reason(final GeneratedCompletion made) {
        return made.finished() ? "stop" : "length";
    }

    private void addTokens(final ObjectNode choice, final GeneratedCompletion made, final int from) {
        if (request.withTokenIds()) {
            final ArrayNode ids = choice.putArray("token_ids");
            for (int i = from; i < made.tokens().length; i++) {
                ids.add(made.tokens()[i]);
            }
        }
        if (!request.withLogProbs()) {
            return;
        }
        final ArrayNode content = choice.putObject("logprobs").putArray("content");
        for (int i = from; i < made.tokens().length; i++) {
            final String token = judge.decode(new int[] {made.tokens()[i]});
            final ObjectNode entry = content.addObject().put("token", token).put("logprob", made.logProbs()[i]);
            addBytes(entry, token);
            entry.putArray("top_logprobs");
        }
    }

    private static void addBytes(final ObjectNode entry, final String token) {
        if (token.indexOf(INCOMPLETE) >= 0) {
            // a part of a character: its bytes are not known
            entry.putNull("bytes");
            return;
        }
        final ArrayNode bytes = entry.putArray("bytes");
        for (final byte b : token.getBytes(StandardCharsets.UTF_8)) {
            bytes.add(Byte.toUnsignedInt(b));
        }
    }

    private void addUsage(final ObjectNode answer, final List<GeneratedCompletion> completions) {
        final int made = completions.stream().mapToInt(c -> c.tokens().length).sum();
        answer.putObject("usage")
                .put("prompt_tokens", promptTokens)
                .put("completion_tokens", made)
                .put("total_tokens", promptTokens + made);
    }
}
