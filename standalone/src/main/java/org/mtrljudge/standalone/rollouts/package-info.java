/** Rollouts as files: what lies in the log of a run for other tools, and dumps of other trainers as a log. */
@NullMarked
package org.mtrljudge.standalone.rollouts;

import org.jspecify.annotations.NullMarked;
