/** A run's settings: the tree they are read into, the environment, secrets, bounds, and how a wrong one is told. */
@NullMarked
package org.mtrljudge.settings;

import org.jspecify.annotations.NullMarked;
