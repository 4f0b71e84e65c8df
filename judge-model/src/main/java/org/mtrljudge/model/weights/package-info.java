/** Named tensors in native memory and in safetensors files, and their transfer between the two. */
@NullMarked
package org.mtrljudge.model.weights;

import org.jspecify.annotations.NullMarked;
