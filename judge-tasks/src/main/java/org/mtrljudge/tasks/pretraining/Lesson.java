package org.mtrljudge.tasks.pretraining;

import java.util.List;
import org.mtrljudge.tasks.scene.Picture;

/**
 * One example of the corpus.
 *
 * @param prompt the turn of the user, with one {@code <image>} per picture
 * @param completion what the model learns to say
 */
record Lesson(List<Picture> pictures, String prompt, String completion) {}
