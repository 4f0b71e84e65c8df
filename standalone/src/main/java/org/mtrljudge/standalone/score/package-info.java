/** Judges single questions with a trained model, without a broker. */
@NullMarked
package org.mtrljudge.standalone.score;

import org.jspecify.annotations.NullMarked;
