/**
 * The readers and writers of the learner's topics.
 *
 */
@NullMarked
package org.mtrljudge.learner.topics;

import org.jspecify.annotations.NullMarked;
