package org.mtrljudge.standalone;

import java.nio.file.Files;
import java.nio.file.Path;
import org.mtrljudge.model.JudgeFolder;
import org.mtrljudge.model.JudgeModel;

/** Finds the model a setting names: a preset or a checkpoint folder. */
final class Models {
    private Models() {}

    static JudgeFolder folder(final String model) {
        return Files.isDirectory(Path.of(model)) ? JudgeFolder.open(Path.of(model)) : JudgeFolder.preset(model);
    }

    /** @param seed of fresh weights, where the model has none */
    static JudgeModel load(final String model, final long seed) {
        final JudgeFolder folder = folder(model);
        return folder.hasWeights() ? JudgeModel.load(folder) : JudgeModel.random(folder, seed);
    }
}
