/** Computes the scores and advantages of a group. No Kafka, no DJL. */
@NullMarked
package org.mtrljudge.reward.scoring;

import org.jspecify.annotations.NullMarked;
