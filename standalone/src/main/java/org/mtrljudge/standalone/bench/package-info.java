/** Benchmarks: speed as ratios within one run. */
@NullMarked
package org.mtrljudge.standalone.bench;

import org.jspecify.annotations.NullMarked;
