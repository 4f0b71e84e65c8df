@NullMarked
package org.mtrljudge.tasks.published;

import org.jspecify.annotations.NullMarked;
