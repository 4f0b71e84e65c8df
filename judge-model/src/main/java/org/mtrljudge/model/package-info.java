/** The multimodal judge: what it reads, draws, scores and learns, put together from the packages below. Knows DJL, no Kafka. */
@NullMarked
package org.mtrljudge.model;

import org.jspecify.annotations.NullMarked;
