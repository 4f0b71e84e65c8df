/** The files that a replay writes to the folder of its run. */
@NullMarked
package org.mtrljudge.standalone.replay;

import org.jspecify.annotations.NullMarked;
