/** The actor: it takes prompts, writes rollout groups, and takes new weights between groups. */
@NullMarked
package org.mtrljudge.actor;

import org.jspecify.annotations.NullMarked;
