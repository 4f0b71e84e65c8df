/** Reward sets: the verifier and the components of form of each task, and their combination. Pure functions; no Kafka, no DJL. */
@NullMarked
package org.mtrljudge.reward.rule;

import org.jspecify.annotations.NullMarked;
