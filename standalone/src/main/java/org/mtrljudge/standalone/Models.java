package org.mtrljudge.standalone;

import java.nio.file.Files;
import java.nio.file.Path;
import org.mtrljudge.model.JudgeConfig;
import org.mtrljudge.model.JudgeFolder;
import org.mtrljudge.model.JudgeModel;

/** Finds the model a setting names: a preset or a checkpoint folder. */
final class Models {
    private Models() {}

    static JudgeFolder folder(final String model) {
        return Files.isDirectory(Path.of(model)) ? JudgeFolder.open(Path.of(model)) : JudgeFolder.preset(model);
    }

    static JudgeConfig config(final String model) {
        return Files.isDirectory(Path.of(model))
                ? JudgeFolder.config(Path.of(model))
                : JudgeFolder.preset(model).config();
    }

    static JudgeModel load(final String model) {
        return JudgeModel.load(folder(model));
    }
}
