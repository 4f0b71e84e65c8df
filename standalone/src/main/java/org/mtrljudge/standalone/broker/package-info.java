/** A Kafka broker in this JVM. */
@NullMarked
package org.mtrljudge.standalone.broker;

import org.jspecify.annotations.NullMarked;
