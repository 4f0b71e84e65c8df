/** Pages that people open in a browser: one file each, with nothing to fetch. */
@NullMarked
package org.mtrljudge.standalone.page;

import org.jspecify.annotations.NullMarked;
