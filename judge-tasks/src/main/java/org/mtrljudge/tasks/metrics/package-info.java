@NullMarked
package org.mtrljudge.tasks.metrics;

import org.jspecify.annotations.NullMarked;
