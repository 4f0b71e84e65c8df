/** The conversion of text and pictures to tensors: tokens, patches, positions, masks, and packed batches. */
@NullMarked
package org.mtrljudge.model.input;

import org.jspecify.annotations.NullMarked;
