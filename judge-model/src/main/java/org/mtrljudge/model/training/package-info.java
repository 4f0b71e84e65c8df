/** Scores of completion tokens, their gradients, the optimiser, and the memory that all of it takes. */
@NullMarked
package org.mtrljudge.model.training;

import org.jspecify.annotations.NullMarked;
