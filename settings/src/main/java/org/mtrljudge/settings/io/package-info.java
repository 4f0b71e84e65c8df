/** What every room does with files: text that appears whole, JSON and YAML, digests, folders to be removed. */
@NullMarked
package org.mtrljudge.settings.io;

import org.jspecify.annotations.NullMarked;
