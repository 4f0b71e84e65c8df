package org.mtrljudge.model.generation;

/**
 * The positions whose keys and values a generation kept when they were most.
 *
 * @param held the positions that there was room for
 * @param there the positions of prompts, each once, and of tokens that were there
 */
public record PeakPositions(long held, long there) {}
