package org.mtrljudge.model.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.Check;
import org.mtrljudge.settings.io.Mappers;

/**
 * The limits of a prompt. As in EasyR1, they are settings of the data.
 *
 * @param minPixels the area of a picture after resizing; null: as {@code size.shortest_edge} of the checkpoint's {@code preprocessor_config.json} says
 * @param maxPixels null: as {@code size.longest_edge} says
 * @param maxPromptLength tokens of a prompt with its turns and pictures; null: no limit
 */
public record PromptLimits(
        @Nullable Long minPixels,
        @Nullable Long maxPixels,
        @Nullable Integer maxPromptLength) {
    public PromptLimits {
        if (maxPromptLength != null) {
            Check.range("data.max_prompt_length", maxPromptLength, 1, 10_000_000);
        }
    }

    /** The same limits of pictures alone. */
    public PromptLimits ofPictures() {
        return new PromptLimits(minPixels, maxPixels, null);
    }

    /** Whether a checkpoint's own limits of pictures are kept. */
    public boolean keepsPictures() {
        return minPixels == null && maxPixels == null;
    }

    /**
     * A {@code preprocessor_config.json} with these limits, so that whoever loads the checkpoint later sees pictures as the judge learned
     * to.
     *
     * @throws ModelException when the file is not JSON, or has no sizes
     */
    public byte[] put(final byte[] preprocessor) {
        final JsonNode config;
        try {
            config = Mappers.JSON.readTree(preprocessor);
        } catch (final IOException e) {
            throw new ModelException("preprocessor_config.json is not JSON: " + e.getMessage(), e);
        }
        if (!(config.path("size") instanceof ObjectNode size)) {
            throw new ModelException("preprocessor_config.json: size.shortest_edge and size.longest_edge are needed");
        }
        if (minPixels != null) {
            size.put("shortest_edge", minPixels);
        }
        if (maxPixels != null) {
            size.put("longest_edge", maxPixels);
        }
        return config.toPrettyString().getBytes(StandardCharsets.UTF_8);
    }
}
