/** The command line: a command is its options, one call, and what is printed. */
@NullMarked
package org.mtrljudge.cli;

import org.jspecify.annotations.NullMarked;
