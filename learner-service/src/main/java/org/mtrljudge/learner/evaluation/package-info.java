/** Tests and validations: send the examples of a split and count the answers. */
@NullMarked
package org.mtrljudge.learner.evaluation;

import org.jspecify.annotations.NullMarked;
