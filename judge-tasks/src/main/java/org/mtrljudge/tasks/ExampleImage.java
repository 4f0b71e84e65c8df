package org.mtrljudge.tasks;

import org.jspecify.annotations.Nullable;

/**
 * A picture of an example.
 *
 * @param bytes as encoded
 * @param path relative to the data root, null for a picture that was made up
 */
public record ExampleImage(byte[] bytes, @Nullable String path) {}
