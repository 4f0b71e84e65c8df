package org.mtrljudge.model.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.model.input.ChatTemplate;
import org.mtrljudge.settings.io.Mappers;

/** What a checkpoint's small files say on conversations: the chat template, and the tokens that end an answer. */
final class ChatFiles {
    static final String TEMPLATE = "chat_template.jinja";
    private static final String OLD_TEMPLATE = "chat_template.json";
    private static final String TOKENIZER = "tokenizer_config.json";
    private static final String GENERATION = "generation_config.json";

    private final Function<String, byte @Nullable []> files;

    /** @param files gives the content of a file of the checkpoint, null where it has none of that name */
    ChatFiles(final Function<String, byte @Nullable []> files) {
        this.files = files;
    }

    /**
     * The template, where transformers looks for it.
     *
     * @param otherwise the template of a checkpoint that has none
     * @throws ModelException when a file is not JSON or has no such template
     */
    ChatTemplate template(final String otherwise) {
        final JsonNode tokenizer = json(TOKENIZER);
        final byte[] own = files.apply(TEMPLATE);
        if (own != null) {
            return new ChatTemplate(new String(own, StandardCharsets.UTF_8), specialTokens(tokenizer));
        }
        final String old = template(json(OLD_TEMPLATE));
        final String configured = old == null ? template(tokenizer) : old;
        return new ChatTemplate(configured == null ? otherwise : configured, specialTokens(tokenizer));
    }

    /** The template in a file; of several templates that of the name {@code default}. */
    private static @Nullable String template(final JsonNode file) {
        final JsonNode template = file.path("chat_template");
        if (template.isTextual()) {
            return template.asText();
        }
        for (final JsonNode named : template) {
            if (named.path("name").asText().equals("default")
                    && named.path("template").isTextual()) {
                return named.path("template").asText();
            }
        }
        return null;
    }

    /** The special tokens that a template may name. A token is its text, or an object with its text. */
    private static Map<String, String> specialTokens(final JsonNode tokenizer) {
        final Map<String, String> tokens = new HashMap<>();
        tokenizer.fields().forEachRemaining(entry -> {
            final JsonNode content =
                    entry.getValue().isObject() ? entry.getValue().path("content") : entry.getValue();
            if (entry.getKey().endsWith("_token") && content.isTextual()) {
                tokens.put(entry.getKey(), content.asText());
            }
        });
        return tokens;
    }

    /**
     * The ids of the tokens that end an answer.
     *
     * @param own the id that ends a turn
     * @throws ModelException when {@code generation_config.json} has an id that is none
     */
    SortedSet<Integer> stopTokens(final int own) {
        final SortedSet<Integer> ids = new TreeSet<>();
        ids.add(own);
        final JsonNode more = json(GENERATION).path("eos_token_id");
        (more.isArray() ? more : Mappers.JSON.createArrayNode().add(more)).forEach(id -> {
            if (id.isMissingNode() || id.isNull()) {
                return;
            }
            if (!id.isInt() || id.asInt() < 0) {
                throw new ModelException(
                        GENERATION + ": 'eos_token_id' has " + id + ", which is not the id of a token");
            }
            ids.add(id.asInt());
        });
        return ids;
    }

    private JsonNode json(final String name) {
        final byte[] content = files.apply(name);
        if (content == null) {
            return Mappers.JSON.createObjectNode();
        }
        try {
            return Mappers.JSON.readTree(content);
        } catch (final IOException e) {
            throw new ModelException(name + " is not JSON: " + e.getMessage(), e);
        }
    }
}
