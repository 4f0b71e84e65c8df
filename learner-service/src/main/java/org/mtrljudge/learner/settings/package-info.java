/** The settings of a run that the learner reads, and the context of the run. */
@NullMarked
package org.mtrljudge.learner.settings;

import org.jspecify.annotations.NullMarked;
