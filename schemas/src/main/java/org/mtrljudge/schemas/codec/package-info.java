/** How records become bytes: Confluent's wire format, schema registries, packed arrays, images inline or by reference. */
@NullMarked
package org.mtrljudge.schemas.codec;

import org.jspecify.annotations.NullMarked;
