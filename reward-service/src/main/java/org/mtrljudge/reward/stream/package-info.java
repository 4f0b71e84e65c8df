/** The Kafka Streams topology, which reads rollouts and writes scored groups. */
@NullMarked
package org.mtrljudge.reward.stream;

import org.jspecify.annotations.NullMarked;
