package org.mtrljudge.tasks.published;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.mtrljudge.tasks.PromptTemplate;

/**
 * Multimodal RewardBench 2: JSON {@code pairs[]} with {@code pair_id, prompt_content, response_a, response_b, chosen (A or B)}. A prompt
 * or response is a text, a picture, or a list of texts and pictures. Accuracy is over both orders.
 */
final class MultimodalRewardBench2 implements PublishedSet {
    private static final Set<String> PICTURES = Set.of(".png", ".jpg", ".jpeg", ".gif", ".bmp");

    /** A text with its pictures. */
    private record Content(String text, List<Row.Picture> pictures) {}

    @Override
    public String name() {
        return "mmrb2";
    }

    @Override
    public Sizes sizes() {
        return Sizes.TEST_ONLY;
    }

    @Override
    public String group(final Row row) {
        return row.text("pair_id");
    }

    @Override
    public List<Prepared> examples(final Row row, final Choices choices) {
        final String chosen = row.text("chosen").toUpperCase(Locale.ROOT);
        if (!chosen.equals("A") && !chosen.equals("B")) {
            throw row.wrong("has '" + chosen + "' under 'chosen', but A or B is needed");
        }
        return Prepared.bothOrders(
                content(row, "response_a"),
                content(row, "response_b"),
                Prepared.better(chosen.equals("A")),
                (first, second, better) -> order(row, first, second, better));
    }

    private Prepared order(final Row row, final Content one, final Content two, final String better) {
        final Content asked = content(row, "prompt_content");
        final List<Row.Picture> pictures = new ArrayList<>(asked.pictures);
        pictures.addAll(one.pictures);
        pictures.addAll(two.pictures);
        final String text = "Request: " + asked.text + "\nResponse 1: " + one.text + "\nResponse 2: " + two.text;
        return Prepared.order(
                name(), PromptTemplate.resource(name()).fill(text), pictures, better, Prepared.ORDER, group(row));
    }

    private static Content content(final Row row, final String column) {
        final Object value = row.values().get(column);
        final List<?> parts = value instanceof List<?> list ? list : List.of(value == null ? "" : value);
        final List<Row.Picture> pictures = new ArrayList<>();
        final StringBuilder text = new StringBuilder();
        for (final Object part : parts) {
            if (isPicture(part)) {
                pictures.add(new Row(row.where(), Map.of(column, part)).picture(column));
                text.append("<image>");
            } else {
                text.append(String.valueOf(part instanceof Map<?, ?> map ? map.get("text") : part)
                        .replace("<image>", ""));
            }
        }
        if (text.toString().isBlank()) {
            throw row.wrong("has nothing under '" + column + "'");
        }
        return new Content(text.toString(), pictures);
    }

    private static boolean isPicture(final Object part) {
        if (part instanceof String text) {
            return PICTURES.stream().anyMatch(text.toLowerCase(Locale.ROOT)::endsWith) && !text.contains("\n");
        }
        return part instanceof byte[]
                || part instanceof Map<?, ?> map && (map.get("bytes") != null || map.get("path") != null);
    }
}
