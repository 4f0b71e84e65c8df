/** The multimodal judge: its math, weights, tokenizer, image preprocessing, generation and checkpoints. Knows DJL, no Kafka. */
@NullMarked
package org.mtrljudge.model;

import org.jspecify.annotations.NullMarked;
