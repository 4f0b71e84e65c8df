/** The Kafka Streams topology: rollouts in, scored groups out. */
@NullMarked
package org.mtrljudge.reward.stream;

import org.jspecify.annotations.NullMarked;
