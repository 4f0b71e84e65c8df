/** Decides which prompt is next and how many prompts may be open, and records the open prompts. No Kafka, no DJL. */
@NullMarked
package org.mtrljudge.learner.prompts;

import org.jspecify.annotations.NullMarked;
