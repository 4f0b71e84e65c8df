/** Prompts in, grouped rollouts out; takes new weights between groups. */
@NullMarked
package org.mtrljudge.actor;

import org.jspecify.annotations.NullMarked;
