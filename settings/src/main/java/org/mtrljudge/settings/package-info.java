/** The settings of a run: the tree of all settings, environment variables, secrets, bounds, and messages about wrong settings. */
@NullMarked
package org.mtrljudge.settings;

import org.jspecify.annotations.NullMarked;
