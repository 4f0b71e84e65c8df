package org.mtrljudge.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import org.mtrljudge.learner.event.LearnerException;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.schemas.codec.RegistryException;
import org.mtrljudge.schemas.topic.DamagedTopicException;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.standalone.RunException;
import org.mtrljudge.tasks.DataException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns an exception into one clear line and an exit code. */
final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    private Failures() {}

    static int exitCode(final Throwable failure) {
        return failure instanceof UsageException || failure instanceof DataException ? 2 : 1;
    }

    static String explain(final Throwable failure) {
        LOG.error("the command failed", failure);
        final boolean ours = failure instanceof UsageException
                || failure instanceof RunException
                || failure instanceof LearnerException
                || failure instanceof ModelException
                || failure instanceof DataException
                || failure instanceof RegistryException
                || failure instanceof DamagedTopicException
                // a disk that fails: the message names the file
                || failure instanceof UncheckedIOException;
        if (ours) {
            return String.valueOf(failure.getMessage());
        }
        final StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        return "unexpected error: " + trace;
    }
}
