/** The experiment of the paper: its plan and its runs. */
@NullMarked
package org.mtrljudge.standalone.experiment;

import org.jspecify.annotations.NullMarked;
