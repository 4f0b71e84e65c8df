/** Benchmarks: they report speed as ratios of measurements from one run. */
@NullMarked
package org.mtrljudge.standalone.bench;

import org.jspecify.annotations.NullMarked;
