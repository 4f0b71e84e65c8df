/** What a run tells its listeners and leaves as its result. */
@NullMarked
package org.mtrljudge.learner.event;

import org.jspecify.annotations.NullMarked;
