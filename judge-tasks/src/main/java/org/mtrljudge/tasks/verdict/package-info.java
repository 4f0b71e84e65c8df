/** What a judge may answer: types of verdicts, and how they are read. */
@NullMarked
package org.mtrljudge.tasks.verdict;

import org.jspecify.annotations.NullMarked;
