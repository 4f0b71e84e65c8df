/** What is judged and how it is graded: tasks, prompts, verdict parser, verifiers, metrics. Knows neither Kafka nor DJL. */
@NullMarked
package org.mtrljudge.tasks;

import org.jspecify.annotations.NullMarked;
