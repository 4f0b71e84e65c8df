/** Small scenes of objects on a floor: described, drawn from a seed, spoiled on purpose. */
@NullMarked
package org.mtrljudge.tasks.scene;

import org.jspecify.annotations.NullMarked;
