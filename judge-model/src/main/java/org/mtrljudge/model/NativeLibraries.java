package org.mtrljudge.model;

import org.mtrljudge.model.checkpoint.JudgeFolder;

/** Unpacks libtorch and the tokenizer's library into {@code DJL_CACHE_DIR} while an image is built, so that the image can be read-only. */
public final class NativeLibraries {
    private NativeLibraries() {}

    /** Takes no arguments. */
    public static void main(final String[] arguments) {
        JudgeModel.random(JudgeFolder.preset(JudgeFolder.JUDGE_TINY), 0).close();
    }
}
