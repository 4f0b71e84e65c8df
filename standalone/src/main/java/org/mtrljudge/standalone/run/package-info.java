/** One run: its settings, its folder, and all its services in this JVM. */
@NullMarked
package org.mtrljudge.standalone.run;

import org.jspecify.annotations.NullMarked;
