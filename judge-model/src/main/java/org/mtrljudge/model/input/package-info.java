/** From text and pictures to tensors: tokens, patches, positions, masks, and the batches they are packed in. */
@NullMarked
package org.mtrljudge.model.input;

import org.jspecify.annotations.NullMarked;
