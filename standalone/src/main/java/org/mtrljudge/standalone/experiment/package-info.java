/** The paper's experiment: which runs it takes, what their topics say, and the report of it all. */
@NullMarked
package org.mtrljudge.standalone.experiment;

import org.jspecify.annotations.NullMarked;
