package org.mtrljudge.standalone.rollouts;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The turns of a prompt or of a completion, as one text.
 *
 * @param system the turn of the system; null where there is none
 * @param text all other turns
 */
record Turns(@Nullable String system, String text) {
    private static final String SYSTEM = "system";

    /**
     * @param value a text, or messages with {@code role} and {@code content}; a content is a text or a list of parts
     * @throws IllegalArgumentException when it is neither
     */
    static Turns of(final Object value) {
        if (value instanceof String text) {
            return new Turns(null, text);
        }
        if (!(value instanceof List<?> messages)) {
            throw new IllegalArgumentException("neither a text nor messages: " + value);
        }
        @Nullable String system = null;
        final List<String> texts = new ArrayList<>();
        for (final Object one : messages) {
            if (!(one instanceof Map<?, ?> message)) {
                throw new IllegalArgumentException("no message with role and content: " + one);
            }
            final String content = content(message.get("content"));
            if (SYSTEM.equals(message.get("role")) && system == null) {
                system = content;
            } else {
                texts.add(content);
            }
        }
        return new Turns(system, String.join("\n\n", texts));
    }

    private static String content(final @Nullable Object content) {
        if (content instanceof List<?> parts) {
            return parts.stream()
                    .filter(part -> part instanceof Map<?, ?> map && map.get("text") != null)
                    .map(part -> String.valueOf(((Map<?, ?>) part).get("text")))
                    .collect(Collectors.joining());
        }
        return content == null ? "" : String.valueOf(content);
    }
}
