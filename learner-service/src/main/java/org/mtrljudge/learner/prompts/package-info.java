/** Which prompt is asked next, which are open, and how many may be. No Kafka, no DJL. */
@NullMarked
package org.mtrljudge.learner.prompts;

import org.jspecify.annotations.NullMarked;
