/** The generation of completions, token by token, and its results. */
@NullMarked
package org.mtrljudge.model.generation;

import org.jspecify.annotations.NullMarked;
