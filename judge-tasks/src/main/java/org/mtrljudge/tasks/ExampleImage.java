package org.mtrljudge.tasks;

import org.jspecify.annotations.Nullable;

/**
 * A picture of an example.
 *
 * @param bytes the encoded picture
 * @param path the path relative to the data root; null for a generated picture
 */
public record ExampleImage(byte[] bytes, @Nullable String path) {}
