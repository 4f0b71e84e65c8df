/** HTML pages for a browser. Each page is one file that loads nothing from the network. */
@NullMarked
package org.mtrljudge.standalone.page;

import org.jspecify.annotations.NullMarked;
