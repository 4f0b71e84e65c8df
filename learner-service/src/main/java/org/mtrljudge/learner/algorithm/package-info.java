/** The update: losses, corrections for stale rollouts, and their metrics. No Kafka. */
@NullMarked
package org.mtrljudge.learner.algorithm;

import org.jspecify.annotations.NullMarked;
