/** The stages of a run: warm-up and reinforcement, and where their batches come from. */
@NullMarked
package org.mtrljudge.learner.stage;

import org.jspecify.annotations.NullMarked;
