/** Named tensors: in native memory, in safetensors files, and on their way between the two. */
@NullMarked
package org.mtrljudge.model.weights;

import org.jspecify.annotations.NullMarked;
