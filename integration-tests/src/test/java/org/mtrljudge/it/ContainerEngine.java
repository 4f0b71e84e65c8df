package org.mtrljudge.it;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.testcontainers.DockerClientFactory;

/** Finds out whether tests can use containers of an image on this machine. The answer comes within a time limit in any case. */
final class ContainerEngine {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final Duration PULL_LIMIT = Duration.ofSeconds(60);

    private ContainerEngine() {}

    /** Returns why containers of this image cannot be used, or null. Pulls the image where the engine does not have it. */
    static @Nullable String whyNot(final String image) {
        return within(LIMIT, () -> {
            if (!DockerClientFactory.instance().isDockerAvailable()) {
                return "no container engine answers";
            }
            return missing(image, DockerClientFactory.instance().client());
        });
    }

    /**
     * Returns the answer of a check, or the reason why the check gave no answer.
     *
     * @param limit the longest wait; a check that takes longer keeps its thread
     */
    static @Nullable String within(final Duration limit, final Callable<@Nullable String> check) {
        final FutureTask<@Nullable String> task = new FutureTask<>(check);
        final Thread thread = new Thread(task, "container-engine");
        thread.setDaemon(true);
        thread.start();
        try {
            return task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (final TimeoutException e) {
            return "the container engine gave no answer within " + limit.toSeconds() + " s";
        } catch (final ExecutionException e) {
            return String.valueOf(e.getCause().getMessage()).split("\n")[0];
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    private static @Nullable String missing(final String image, final DockerClient engine) throws InterruptedException {
        try {
            engine.inspectImageCmd(image).exec();
            return null;
        } catch (final NotFoundException e) {
            System.out.println(
                    "broker: waiting up to " + PULL_LIMIT.toSeconds() + " s for the container engine to pull " + image);
            final boolean pulled =
                    engine.pullImageCmd(image).start().awaitCompletion(PULL_LIMIT.toSeconds(), TimeUnit.SECONDS);
            return pulled ? null : image + " was not pulled within " + PULL_LIMIT.toSeconds() + " s";
        }
    }
}
