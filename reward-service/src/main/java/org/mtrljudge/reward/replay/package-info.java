/** Scores the rollouts of a log again with other rewards, and compares. */
@NullMarked
package org.mtrljudge.reward.replay;

import org.jspecify.annotations.NullMarked;
