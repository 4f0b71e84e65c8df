/** Kafka Streams: verify, compose, normalise. */
@NullMarked
package org.mtrljudge.reward;

import org.jspecify.annotations.NullMarked;
