/** The command line: each command consists of its options, one call and its output. */
@NullMarked
package org.mtrljudge.cli;

import org.jspecify.annotations.NullMarked;
