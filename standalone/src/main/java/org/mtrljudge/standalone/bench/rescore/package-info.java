/** The benchmark of replays: against a bare copy of the log, and against Python. */
@NullMarked
package org.mtrljudge.standalone.bench.rescore;

import org.jspecify.annotations.NullMarked;
