/** Policies on their way: chunks in the log, stores for large ones, and how a reader gets them back. */
@NullMarked
package org.mtrljudge.schemas.policy;

import org.jspecify.annotations.NullMarked;
