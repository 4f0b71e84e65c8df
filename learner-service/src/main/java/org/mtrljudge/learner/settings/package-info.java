/** What the learner reads of a run's settings, and the run that it belongs to. */
@NullMarked
package org.mtrljudge.learner.settings;

import org.jspecify.annotations.NullMarked;
