/** The past of a run: checkpoints, the log before a restart, the best policy so far. */
@NullMarked
package org.mtrljudge.learner.state;

import org.jspecify.annotations.NullMarked;
