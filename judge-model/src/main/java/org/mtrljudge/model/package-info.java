/** The multimodal judge, built from the packages below: it reads prompts, generates completions, scores them and learns. */
@NullMarked
package org.mtrljudge.model;

import org.jspecify.annotations.NullMarked;
