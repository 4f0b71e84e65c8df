package org.mtrljudge.it;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.mtrljudge.reward.rule.RewardSet;
import org.mtrljudge.reward.scoring.AdvantageEstimator;
import org.mtrljudge.reward.scoring.RewardSettings;
import org.mtrljudge.reward.stream.RewardService;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.Topics;

/** A reward service in a separate process, so that a test can kill it as abruptly as a machine that fails. */
final class RewardProcess {
    private RewardProcess() {}

    /** Runs in the child process. The arguments are the run's name, the broker's address and the folder of the state. */
    public static void main(final String[] arguments) throws InterruptedException {
        final CountDownLatch failed = new CountDownLatch(1);
        try (RewardService service = new RewardService(
                TestBroker.clients(new Topics(arguments[0], new LocalSchemaRegistry()), arguments[1]),
                new RewardSettings(RewardSet.accuracyAndFormat(0.1), AdvantageEstimator.GRPO, false, 1000),
                new RewardService.Instance("reward-0", Path.of(arguments[2])),
                new SimpleMeterRegistry(),
                why -> failed.countDown(),
                Clock.systemUTC())) {
            service.start();
            failed.await();
        }
    }

    static Process start(final String run, final String bootstrap, final Path state) throws IOException {
        return JavaProcess.of(RewardProcess.class, List.of("-Xmx256m"), run, bootstrap, state.toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}
