package org.mtrljudge.cli;

import org.mtrljudge.standalone.run.RunDirectory;
import org.mtrljudge.standalone.run.RunExecution;

/** Executes a run, shows its progress, and prints its results. */
final class TrainingOutput {
    private TrainingOutput() {}

    /** Trains to the end, from the newest checkpoint of the run or from the beginning. */
    static void train(final RunExecution execution, final RunDirectory directory) {
        System.out.println("run " + directory.path());
        System.out.print(execution.train(directory, Progress.onStandardOutput()));
        System.out.println("see " + directory.path() + "/summary.json and *.png; rollouts: ./judge inspect --run "
                + directory.run());
    }
}
