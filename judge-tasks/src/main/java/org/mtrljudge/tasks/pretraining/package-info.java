/** What judge-tiny is pretrained on: scenes of the training split, and questions about them that are none of the judging tasks'. */
@NullMarked
package org.mtrljudge.tasks.pretraining;

import org.jspecify.annotations.NullMarked;
