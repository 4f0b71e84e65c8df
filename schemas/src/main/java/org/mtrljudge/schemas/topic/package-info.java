/** The one catalogue of topics, and the only place that constructs Kafka clients. */
@NullMarked
package org.mtrljudge.schemas.topic;

import org.jspecify.annotations.NullMarked;
