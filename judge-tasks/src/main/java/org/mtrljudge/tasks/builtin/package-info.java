/** The built-in tasks: rendered examples whose labels are true by construction. */
@NullMarked
package org.mtrljudge.tasks.builtin;

import org.jspecify.annotations.NullMarked;
