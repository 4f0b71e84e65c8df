/** The use of libtorch: the module that computes the judge from TorchScript source, and the devices that it computes on. */
@NullMarked
package org.mtrljudge.model.engine;

import org.jspecify.annotations.NullMarked;
