package org.mtrljudge.it;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.mtrljudge.reward.grader.Verifiers;
import org.mtrljudge.reward.rule.RewardSet;
import org.mtrljudge.reward.rule.RewardSetReader;
import org.mtrljudge.reward.scoring.AdvantageEstimator;
import org.mtrljudge.reward.scoring.RewardSettings;
import org.mtrljudge.reward.stream.RewardService;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.Topics;

/** A reward service in a separate process, so that a test can kill it as abruptly as a machine that fails. */
final class RewardProcess {
    private RewardProcess() {}

    /**
     * Runs in the child process. The arguments are the run's name, the broker's address, the folder of the state and perhaps the file of a
     * reward set.
     */
    public static void main(final String[] arguments) throws InterruptedException {
        final CountDownLatch failed = new CountDownLatch(1);
        try (RewardService service = new RewardService(
                TestBroker.clients(new Topics(arguments[0], new LocalSchemaRegistry()), arguments[1]),
                new RewardSettings(
                        arguments.length > 3
                                ? new RewardSetReader(new Verifiers(null, 1000)).read(Path.of(arguments[3]))
                                : RewardSet.accuracyAndFormat(0.1),
                        AdvantageEstimator.GRPO,
                        false,
                        60_000),
                new RewardService.Instance("reward-0", Path.of(arguments[2])),
                new SimpleMeterRegistry(),
                why -> failed.countDown(),
                Clock.systemUTC())) {
            service.start();
            failed.await();
        }
    }

    static Process start(final String run, final String bootstrap, final Path state) throws IOException {
        return start(run, bootstrap, state.toString());
    }

    /** @param rewards the file of the reward set */
    static Process start(final String run, final String bootstrap, final Path state, final Path rewards)
            throws IOException {
        return start(run, bootstrap, state.toString(), rewards.toString());
    }

    private static Process start(final String... arguments) throws IOException {
        return JavaProcess.of(RewardProcess.class, List.of("-Xmx256m"), arguments)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}
