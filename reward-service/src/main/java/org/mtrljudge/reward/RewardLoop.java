package org.mtrljudge.reward;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.reward.scoring.RewardSettings;
import org.mtrljudge.reward.stream.RewardService;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.service.ServiceLoop;
import org.mtrljudge.service.ServiceSettings;
import org.mtrljudge.service.TopicsReady;
import org.mtrljudge.settings.UsageException;

/** Runs a reward service in its process: waits for the topics of the run, then scores until it is stopped or its streams fail. */
final class RewardLoop implements ServiceLoop, ScoringNow {
    private final ServiceSettings settings;
    private final RewardSection run;
    private final MeterRegistry meters;
    private final CountDownLatch end = new CountDownLatch(1);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private volatile @Nullable RewardService service;

    RewardLoop(final ServiceSettings settings, final RewardSection run, final MeterRegistry meters) {
        this.settings = settings;
        this.run = run;
        this.meters = meters;
    }

    @Override
    public void run() throws InterruptedException {
        final RewardSettings rewards = rewards();
        final KafkaClients clients = settings.clients();
        final Topics topics = clients.topics();
        final TopicsReady ready = new TopicsReady(settings, clients, () -> end.getCount() == 0);
        if (!ready.await(List.of(topics.rollouts(), topics.scored(), topics.deadLetters()))) {
            return;
        }
        try (RewardService opened = new RewardService(
                clients,
                rewards,
                new RewardService.Instance(settings.id(), settings.folder().resolve("streams")),
                meters,
                this::failed,
                Clock.systemUTC())) {
            service = opened;
            opened.start();
            end.await();
        }
        final Throwable why = failure.get();
        if (why != null) {
            throw new KafkaException("the streams failed: " + why.getMessage(), why);
        }
    }

    private RewardSettings rewards() {
        try {
            return run.resolve().settings();
        } catch (final IllegalArgumentException e) {
            throw new UsageException("wrong setting: " + e.getMessage());
        }
    }

    private void failed(final Throwable why) {
        failure.compareAndSet(null, why);
        end.countDown();
    }

    @Override
    public void stop() {
        end.countDown();
    }

    /** Whether the service scores. It does not score while Kafka Streams assigns its partitions. */
    @Override
    public boolean isReady() {
        return service().filter(RewardService::isRunning).isPresent();
    }

    /** The service; empty until the topics of the run exist. */
    @Override
    public Optional<RewardService> service() {
        return Optional.ofNullable(service);
    }
}
