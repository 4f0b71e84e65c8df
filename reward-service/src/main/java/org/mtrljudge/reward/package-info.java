/** The reward service: verifies completions, combines components into rewards, and computes advantages, with Kafka Streams. */
@NullMarked
package org.mtrljudge.reward;

import org.jspecify.annotations.NullMarked;
