/** Whether a log is as it was written, and the same weights computed from it again. */
@NullMarked
package org.mtrljudge.learner.audit;

import org.jspecify.annotations.NullMarked;
