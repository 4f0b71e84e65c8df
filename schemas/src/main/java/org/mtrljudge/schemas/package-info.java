/** The events, the one topic catalogue and how records become bytes. Knows nothing of ours. */
@NullMarked
package org.mtrljudge.schemas;

import org.jspecify.annotations.NullMarked;
