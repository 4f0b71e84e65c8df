/** The events that a run reports to its listeners, and the result of a run. */
@NullMarked
package org.mtrljudge.learner.event;

import org.jspecify.annotations.NullMarked;
