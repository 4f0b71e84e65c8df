/** Reward sets: which verifier and which components of form a task has, and how they are combined. Pure functions; no Kafka, no DJL. */
@NullMarked
package org.mtrljudge.reward.rule;

import org.jspecify.annotations.NullMarked;
