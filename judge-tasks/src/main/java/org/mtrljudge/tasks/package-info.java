/** Tasks, prompts, the verdict parser, verifiers and metrics. Does not depend on Kafka or DJL. */
@NullMarked
package org.mtrljudge.tasks;

import org.jspecify.annotations.NullMarked;
