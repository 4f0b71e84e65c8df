/** What a judge is, without its weights: architecture, tensor names and shapes, number types, adapter, options, settings. */
@NullMarked
package org.mtrljudge.model.config;

import org.jspecify.annotations.NullMarked;
