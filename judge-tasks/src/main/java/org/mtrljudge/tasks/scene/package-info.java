/** Small scenes of objects on a floor. They are described, drawn from a seed, and distorted on purpose. */
@NullMarked
package org.mtrljudge.tasks.scene;

import org.jspecify.annotations.NullMarked;
