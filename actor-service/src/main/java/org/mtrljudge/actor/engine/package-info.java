/** What generates the completions of an actor: the model in this process, or a server. */
@NullMarked
package org.mtrljudge.actor.engine;

import org.jspecify.annotations.NullMarked;
