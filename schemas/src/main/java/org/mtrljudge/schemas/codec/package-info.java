/** Converts records to bytes: Confluent's wire format, schema registries, packed arrays, images in records or by reference. */
@NullMarked
package org.mtrljudge.schemas.codec;

import org.jspecify.annotations.NullMarked;
