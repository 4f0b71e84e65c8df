/** Everything in one JVM on an embedded broker. */
@NullMarked
package org.mtrljudge.standalone;

import org.jspecify.annotations.NullMarked;
