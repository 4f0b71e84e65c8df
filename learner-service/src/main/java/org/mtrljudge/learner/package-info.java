/** Sends prompts and turns scored groups into weights; supervised warm-up; checkpoints; the training journal. */
@NullMarked
package org.mtrljudge.learner;

import org.jspecify.annotations.NullMarked;
