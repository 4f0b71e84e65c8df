package org.mtrljudge.tasks.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.tasks.DataException;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.verdict.Label;
import org.mtrljudge.tasks.verdict.VerdictType;

/** One line of the data of the user, see {@link JsonlData}. */
record JsonlRow(
        int line,
        String task,
        String prompt,
        List<String> images,
        String answer,
        @Nullable VerdictType verdictType,
        Split split,
        @Nullable String pair,
        @Nullable String demonstration,
        @Nullable Double grade) {
    private static final String IMAGE = "<image>";
    private static final int MAX_TYPE_LENGTH = 4000;
    private static final int MAX_NUMBER_LENGTH = 30;

    /** Makes the exception for the number of a line, and what is wrong with it. */
    interface Wrong {
        DataException line(int number, String what);
    }

    /** @throws DataException when the line is not an object with the keys of an example */
    static JsonlRow parse(final String line, final int number, final Wrong wrong) {
        final JsonNode node;
        try {
            node = Mappers.JSON.readTree(line);
        } catch (final JsonProcessingException e) {
            throw wrong.line(number, "is not JSON: " + e.getOriginalMessage());
        }
        if (!node.isObject()) {
            throw wrong.line(number, "is not a JSON object");
        }
        final Keys keys = new Keys(node, number, wrong);
        final List<String> images = keys.strings("images");
        final String prompt = keys.text("prompt");
        final int placeholders = prompt.split(IMAGE, -1).length - 1;
        if (placeholders != images.size()) {
            throw wrong.line(
                    number, "has " + placeholders + " " + IMAGE + " placeholders and " + images.size() + " images");
        }
        return new JsonlRow(
                number,
                keys.text("task"),
                prompt,
                images,
                keys.answer(),
                keys.verdictType(),
                keys.split(),
                node.has("pair") ? keys.text("pair") : null,
                node.has("demonstration") ? keys.text("demonstration") : null,
                keys.grade());
    }

    /** Reads the values of the keys of a line. */
    private record Keys(JsonNode node, int number, Wrong wrong) {
        String text(final String key) {
            final JsonNode value = node.get(key);
            if (value == null || !value.isTextual() || value.asText().isBlank()) {
                throw wrong.line(number, "has no text under '" + key + "'");
            }
            return value.asText();
        }

        /** A score may be written as a number. */
        String answer() {
            final JsonNode value = node.path("answer");
            return value.isNumber() && value.asText().length() < MAX_NUMBER_LENGTH ? value.asText() : text("answer");
        }

        List<String> strings(final String key) {
            final JsonNode array = node.get(key);
            if (array == null || !array.isArray()) {
                throw wrong.line(number, "has no list under '" + key + "'");
            }
            final List<String> values = new ArrayList<>();
            for (final JsonNode value : array) {
                if (!value.isTextual()) {
                    throw wrong.line(number, "has " + value + " in '" + key + "', but a text is needed");
                }
                values.add(value.asText());
            }
            return List.copyOf(values);
        }

        /** What the line says of its verdict; null when it says nothing. */
        @Nullable
        VerdictType verdictType() {
            if (!node.has("verdict")) {
                return node.has("labels") ? new Label(labels()) : null;
            }
            if (node.has("labels")) {
                throw wrong.line(number, "has 'labels' and 'verdict': write the labels into 'verdict' or leave it out");
            }
            final String json = node.get("verdict").toString();
            if (json.length() > MAX_TYPE_LENGTH) {
                throw wrong.line(number, "has a 'verdict' of more than " + MAX_TYPE_LENGTH + " characters");
            }
            try {
                return VerdictType.ofJson(json);
            } catch (final IllegalArgumentException e) {
                throw wrong.line(number, "has a wrong 'verdict': " + e.getMessage());
            }
        }

        private List<String> labels() {
            final List<String> labels = strings("labels");
            if (Set.copyOf(labels).size() < labels.size()) {
                throw wrong.line(number, "has the labels " + labels + ", but each label may be named only once");
            }
            return labels;
        }

        @Nullable
        Double grade() {
            final JsonNode grade = node.path("grade");
            if (!grade.isNumber()) {
                return null;
            }
            if (!Double.isFinite(grade.asDouble())) {
                throw wrong.line(number, "has a number under 'grade' that is too large");
            }
            return grade.asDouble();
        }

        Split split() {
            final String name = node.path("split").asText("train");
            for (final Split split : Split.values()) {
                if (split.lowerName().equals(name)) {
                    return split;
                }
            }
            throw wrong.line(number, "has the split '" + name + "', but only train, validation and test are allowed");
        }
    }
}
