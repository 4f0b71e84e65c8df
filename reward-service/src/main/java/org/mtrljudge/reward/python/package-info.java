/** Reward functions of the user in Python, each in a pool of child processes. */
@NullMarked
package org.mtrljudge.reward.python;

import org.jspecify.annotations.NullMarked;
