/** The sources of examples: a file of the user, the built-in tasks, or a mixture of tasks; and the settings that select them. */
@NullMarked
package org.mtrljudge.tasks.source;

import org.jspecify.annotations.NullMarked;
