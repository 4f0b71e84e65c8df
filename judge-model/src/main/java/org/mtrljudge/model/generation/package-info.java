/** Completions: how they are drawn, token by token, and what was drawn. */
@NullMarked
package org.mtrljudge.model.generation;

import org.jspecify.annotations.NullMarked;
