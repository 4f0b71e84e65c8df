/** The scores of completion tokens, their gradients, the optimiser, and the memory that training needs. */
@NullMarked
package org.mtrljudge.model.training;

import org.jspecify.annotations.NullMarked;
