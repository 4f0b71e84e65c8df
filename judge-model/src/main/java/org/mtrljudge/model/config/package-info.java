/** The description of a judge without its weights: architecture, names and shapes of tensors, number types, adapter, options, settings. */
@NullMarked
package org.mtrljudge.model.config;

import org.jspecify.annotations.NullMarked;
