/** The only catalogue of topics, and the only code that constructs Kafka clients. */
@NullMarked
package org.mtrljudge.schemas.topic;

import org.jspecify.annotations.NullMarked;
