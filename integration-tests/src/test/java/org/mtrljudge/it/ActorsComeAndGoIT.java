package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.cli.Judge;
import org.mtrljudge.schemas.TrainingStep;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.standalone.broker.EmbeddedBroker;

/** Guarantee 3: actors are killed every few seconds during a whole run. Every prompt is learned once, or left out once as stale. */
class ActorsComeAndGoIT {
    private static final int ACTORS = 3;
    private static final int STEPS = 20;
    private static final int BATCH = 12;
    private static final int LOCK_MS = 6000;
    private static final String LOCK_DURATION = "share.record.lock.duration.ms";
    private static final String RUNS_OWN_LOCK_MS = "15000";
    private static final int SEED = 3;
    private static final int PATIENCE_S = 90;

    @TempDir
    private Path runs;

    private final Topics topics = new Topics("killed", new LocalSchemaRegistry());
    private final List<Process> actors = new ArrayList<>();
    private int started;

    @AfterEach
    void end() throws InterruptedException {
        // Actors are still running if the test failed.
        for (final Process actor : actors) {
            JavaProcess.kill(actor);
        }
    }

    private CompletableFuture<Integer> train() {
        return CompletableFuture.supplyAsync(() -> Judge.execute(
                "train",
                "--run=killed",
                "--runs=" + runs,
                "--set=rollout.actors=0",
                "--set=rollout.n=6",
                "--set=rollout.max_prompts=3",
                "--set=data.rollout_batch_size=" + BATCH,
                "--set=actor.global_batch_size=" + BATCH,
                "--set=data.test_size=1",
                "--set=trainer.val_freq=0",
                "--set=sft.steps=0",
                "--set=trainer.total_steps=" + STEPS));
    }

    private Process actor() throws IOException {
        final String id = "actor-" + started++;
        return JavaProcess.start(
                JavaProcess.of(
                        Judge.class,
                        List.of("-Xmx400m"),
                        "actor",
                        "--run=killed",
                        "--runs=" + runs,
                        "--id=" + id,
                        "--patience=2"),
                runs.resolve(id + ".txt").toFile());
    }

    /** Shortens the locks. Otherwise the run would wait most of the time for the locks of killed actors to time out. */
    private KafkaClients shortenLocks(final CompletableFuture<Integer> run) throws Exception {
        final Path log = runs.resolve("killed").resolve("kafka");
        while (!Files.exists(log.resolve("bootstrap.servers"))) {
            assertThat(run).isNotDone();
            Thread.sleep(100);
        }
        final KafkaClients clients = new KafkaClients(
                topics,
                Map.of(
                        CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG,
                        Files.readString(log.resolve("bootstrap.servers")),
                        CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG,
                        5000,
                        CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG,
                        5000));
        final ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, topics.actorGroup());
        try (Admin admin = clients.admin()) {
            // The run sets up its group first. Otherwise it would replace the short locks, and each kill would cost 15
            // s.
            while (!RUNS_OWN_LOCK_MS.equals(admin.describeConfigs(List.of(group))
                    .all()
                    .get()
                    .get(group)
                    .get(LOCK_DURATION)
                    .value())) {
                assertThat(run).isNotDone();
                Thread.sleep(100);
            }
            admin.incrementalAlterConfigs(Map.of(
                            group,
                            List.of(new AlterConfigOp(
                                    new ConfigEntry(LOCK_DURATION, String.valueOf(LOCK_MS)),
                                    AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
        }
        return clients;
    }

    @Test
    @Timeout(400)
    void shouldLearnEveryPromptOnceWhileActorsAreKilled() throws Exception {
        final CompletableFuture<Integer> run = train();
        final KafkaClients clients = shortenLocks(run);
        final SplittableRandom random = new SplittableRandom(SEED);
        final Map<String, Integer> newestAtStart = new HashMap<>();
        for (int i = 0; i < ACTORS; i++) {
            actors.add(actor());
        }
        int kills = 0;
        int stepsAtKill = 0;
        List<TrainingStep> journal = List.of();
        while (!run.isDone()) {
            if (run.handle((code, why) -> true)
                    .completeOnTimeout(false, 3, TimeUnit.SECONDS)
                    .get()) {
                break;
            }
            try {
                journal = LoggedValues.read(clients, topics.journal());
            } catch (final TimeoutException e) {
                // The broker of the run ends some seconds before the run does.
                run.get(PATIENCE_S, TimeUnit.SECONDS);
                break;
            }
            // The journal contains more than init and warm-up: RL has begun. A kill waits for a step since the last
            // kill, because on a
            // slow machine an actor takes longer to start than the time between two kills.
            if (journal.size() > Math.max(2, stepsAtKill)) {
                stepsAtKill = journal.size();
                JavaProcess.kill(actors.remove(random.nextInt(actors.size())));
                kills++;
                newestAtStart.put("actor-" + started, journal.size() - 1);
                actors.add(actor());
            }
        }
        assertThat(run.get()).isZero();
        for (final Process actor : actors) {
            assertThat(actor.waitFor(PATIENCE_S, TimeUnit.SECONDS))
                    .as("its run is over")
                    .isTrue();
        }
        assertThat(logs()).contains("the run killed is over");
        try (EmbeddedBroker own = EmbeddedBroker.start(runs.resolve("killed").resolve("kafka"), 0)) {
            assertThat(LoggedValues.read(own, topics.deadLetters())).isEmpty();
            final SettledPrompts prompts = SettledPrompts.of(own.clients(topics), topics);
            assertThat(prompts.wrong()).isEmpty();
            assertThat(prompts.settled()).hasSizeGreaterThanOrEqualTo(STEPS * BATCH);
            assertThat(LoggedValues.read(own, topics.rollouts()))
                    .as("a late actor has the newest weights before its first group")
                    .allMatch(group -> group.getPolicyVersion() >= newestAtStart.getOrDefault(group.getActorId(), 0));
        }
        System.out.println(kills + " of " + started + " actors killed");
        assertThat(kills).isGreaterThanOrEqualTo(4);
    }

    private String logs() throws IOException {
        final StringBuilder logs = new StringBuilder();
        for (int i = 0; i < started; i++) {
            logs.append(Files.readString(runs.resolve("actor-" + i + ".txt")));
        }
        return logs.toString();
    }
}
