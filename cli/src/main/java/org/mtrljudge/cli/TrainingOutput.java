package org.mtrljudge.cli;

import org.mtrljudge.standalone.RunException;
import org.mtrljudge.standalone.run.RunDirectory;
import org.mtrljudge.standalone.run.RunExecution;

/** Executes a run, shows its progress, and prints its results. */
final class TrainingOutput {
    private TrainingOutput() {}

    /** Trains to the end, from the newest checkpoint of the run or from the beginning. Ctrl-C stops all services first. */
    static void train(final RunExecution execution, final RunDirectory directory) {
        System.out.println("run " + directory.path());
        try (Interruption interruption = new Interruption()) {
            trainUnless(interruption, execution, directory);
        }
        System.out.println("see " + directory.path() + "/summary.json and *.png; rollouts: ./judge inspect --run "
                + directory.run());
    }

    private static void trainUnless(
            final Interruption interruption, final RunExecution execution, final RunDirectory directory) {
        try {
            System.out.print(execution.train(directory, Progress.onStandardOutput(), interruption::wanted));
        } catch (final RuntimeException e) {
            if (interruption.wanted()) {
                // the JVM ends as soon as the interruption is closed, and libraries that shut down beside it may fail
                // the run first
                System.out.println(
                        e instanceof RunException
                                ? e.getMessage()
                                : directory.stopped() + " (while it stopped: " + e + ")");
            }
            throw e;
        }
    }
}
