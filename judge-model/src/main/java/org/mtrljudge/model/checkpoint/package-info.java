/** Folders in Hugging Face's and PEFT's layout: a judge or an adapter, opened and written whole. */
@NullMarked
package org.mtrljudge.model.checkpoint;

import org.jspecify.annotations.NullMarked;
