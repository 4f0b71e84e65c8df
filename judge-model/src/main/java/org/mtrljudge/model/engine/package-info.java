/** libtorch: the module that computes the judge from TorchScript text, and the devices it computes on. */
@NullMarked
package org.mtrljudge.model.engine;

import org.jspecify.annotations.NullMarked;
