/** Scores the rollouts of a log again with other rewards, and compares the scores. */
@NullMarked
package org.mtrljudge.reward.replay;

import org.jspecify.annotations.NullMarked;
