/**
 * Checks whether a log is unchanged, and computes the same weights from the log again.
 *
 */
@NullMarked
package org.mtrljudge.learner.audit;

import org.jspecify.annotations.NullMarked;
