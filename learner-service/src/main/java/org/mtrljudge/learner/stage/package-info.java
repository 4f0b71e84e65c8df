/** The stages of a run, warm-up and reinforcement, and the sources of their batches. */
@NullMarked
package org.mtrljudge.learner.stage;

import org.jspecify.annotations.NullMarked;
