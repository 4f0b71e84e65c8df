/** What every room does with files: text that appears whole, digests. */
@NullMarked
package org.mtrljudge.settings.io;

import org.jspecify.annotations.NullMarked;
