/** The learner's readers and writers of topics. */
@NullMarked
package org.mtrljudge.learner.topics;

import org.jspecify.annotations.NullMarked;
