/** What a replay leaves in the folder of its run. */
@NullMarked
package org.mtrljudge.standalone.replay;

import org.jspecify.annotations.NullMarked;
