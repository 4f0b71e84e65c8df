/** The report of an experiment, from the topics of its runs. */
@NullMarked
package org.mtrljudge.standalone.experiment.report;

import org.jspecify.annotations.NullMarked;
