/** What grades completions, and what it means that a grade failed. No Kafka, no DJL. */
@NullMarked
package org.mtrljudge.reward.grader;

import org.jspecify.annotations.NullMarked;
