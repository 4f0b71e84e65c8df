package org.mtrljudge.reward.python;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.Base64;
import org.mtrljudge.schemas.ImageRef;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.codec.ImageStore;
import org.mtrljudge.settings.io.Mappers;

/** The pictures of a prompt as a function wants them. */
final class Pictures {
    private final FunctionSettings.Images form;
    private final ImageStore images;

    Pictures(final FunctionSettings.Images form, final ImageStore images) {
        this.form = form;
        this.images = images;
    }

    /**
     * One text per picture, in the order of the prompt: its path, or its bytes in Base64.
     *
     * @throws IllegalArgumentException when a picture cannot be given in this form
     * @throws org.mtrljudge.schemas.codec.UnreadableImageException when the disk or the mount failed
     */
    ArrayNode of(final PromptRequest prompt) {
        final ArrayNode shown = Mappers.JSON.createArrayNode();
        if (form == FunctionSettings.Images.NONE) {
            return shown;
        }
        for (final ImageRef image : prompt.getImages()) {
            shown.add(
                    form == FunctionSettings.Images.BYTES
                            ? Base64.getEncoder().encodeToString(images.read(image))
                            : images.path(image).toString());
        }
        return shown;
    }
}
