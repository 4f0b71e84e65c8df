@NullMarked
package org.mtrljudge.learner.report;

import org.jspecify.annotations.NullMarked;
