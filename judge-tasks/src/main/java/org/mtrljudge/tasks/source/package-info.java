/** Where examples come from: a user's file, the built-in tasks, a mixture; and the settings that choose. */
@NullMarked
package org.mtrljudge.tasks.source;

import org.jspecify.annotations.NullMarked;
