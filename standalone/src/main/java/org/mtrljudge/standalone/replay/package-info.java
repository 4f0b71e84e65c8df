/** The replay of an existing run, and the files that it writes to the folder of the run. */
@NullMarked
package org.mtrljudge.standalone.replay;

import org.jspecify.annotations.NullMarked;
