/** Tests and validations: asks a split and counts the answers. */
@NullMarked
package org.mtrljudge.learner.evaluation;

import org.jspecify.annotations.NullMarked;
