/** File operations that every room uses: whole text files, JSON and YAML, digests, removal of folders. */
@NullMarked
package org.mtrljudge.settings.io;

import org.jspecify.annotations.NullMarked;
