/** Folders of judges in the layout of Hugging Face, and of adapters in that of PEFT: they are opened and written as a whole. */
@NullMarked
package org.mtrljudge.model.checkpoint;

import org.jspecify.annotations.NullMarked;
