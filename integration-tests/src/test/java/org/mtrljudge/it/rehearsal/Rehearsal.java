package org.mtrljudge.it.rehearsal;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.mtrljudge.cli.Judge;
import org.mtrljudge.it.JavaProcess;
import org.mtrljudge.it.LoggedValues;
import org.mtrljudge.it.SettledPrompts;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.standalone.broker.EmbeddedBroker;

/**
 * A run at real sizes: a checkpoint of half a billion parameters, pictures of the size of photographs, groups that take longer than the locks
 * of their prompts. The actor is a process of its own; if wanted, it is killed in every tenth group. At the end every prompt must be settled
 * once, and none may be dead.
 */
public final class Rehearsal {
    private static final String RUN = "rehearsal";
    private static final int GROUPS_PER_KILL = 10;
    private static final long LOOK_MS = 500;

    private final Path folder;
    private final Topics topics = new Topics(RUN, new LocalSchemaRegistry());
    private int actors;
    private int kills;

    private Rehearsal(final Path folder) {
        this.folder = folder;
    }

    /** @param arguments the work folder, the number of steps, and "kill" if the actor is to be killed */
    public static void main(final String[] arguments) throws Exception {
        final Rehearsal rehearsal = new Rehearsal(Path.of(arguments[0]).toAbsolutePath());
        System.exit(
                rehearsal.run(Integer.parseInt(arguments[1]), List.of(arguments).contains("kill")) ? 0 : 1);
    }

    private boolean run(final int steps, final boolean killing) throws Exception {
        final Path checkpoint = RealShapes.checkpoint(folder);
        final Path data = RealShapes.data(folder.resolve("data"), 4 * steps + 40, 8);
        final long start = System.nanoTime();
        final Process run = judge(
                "-Xmx2g",
                "run.log",
                "train",
                "--run=" + RUN,
                "--runs=" + folder,
                "--data=" + data,
                "--set=model=" + checkpoint,
                "--set=actor.model.dtype=bfloat16",
                "--set=actor.model.lora.rank=16",
                "--set=rollout.actors=0",
                "--set=rollout.n=4",
                "--set=rollout.max_prompts=4",
                "--set=data.rollout_batch_size=4",
                "--set=data.max_response_length=64",
                "--set=actor.global_batch_size=4",
                "--set=sft.steps=0",
                "--set=trainer.val_freq=" + steps / 2,
                "--set=trainer.total_steps=" + steps);
        final Path address = folder.resolve(RUN).resolve("kafka").resolve("bootstrap.servers");
        Process actor = null;
        try {
            while (run.isAlive()) {
                Thread.sleep(LOOK_MS);
                if (!Files.exists(address)) {
                    continue;
                }
                if (actor == null || !actor.isAlive()) {
                    actor = actor();
                }
                if (killing && rollouts(Files.readString(address)) >= (kills + 1L) * GROUPS_PER_KILL - 1) {
                    JavaProcess.kill(actor);
                    kills++;
                }
            }
        } finally {
            JavaProcess.kill(run);
            if (actor != null) {
                JavaProcess.kill(actor);
            }
        }
        System.out.printf(
                "%d steps, %d kills, %d starts of an actor, %d s, exit code %d%n",
                steps, kills, actors, (System.nanoTime() - start) / 1_000_000_000, run.exitValue());
        try (Stream<String> lines = Files.lines(folder.resolve("run.log"))) {
            lines.skip(Math.max(0, Files.readAllLines(folder.resolve("run.log")).size() - 20))
                    .forEach(System.out::println);
        }
        return run.exitValue() == 0 && actors == kills + 1 && isSettledOnce();
    }

    private Process judge(final String heap, final String log, final String... arguments) throws IOException {
        final ProcessBuilder builder = JavaProcess.of(Judge.class, List.of(heap), arguments);
        builder.environment().put("MALLOC_ARENA_MAX", "2");
        final File file = folder.resolve(log).toFile();
        return JavaProcess.start(builder, file);
    }

    private Process actor() throws IOException {
        final String id = "actor-" + actors++;
        return judge(
                "-Xmx600m", id + ".log", "actor", "--run=" + RUN, "--runs=" + folder, "--id=" + id, "--patience=5");
    }

    /** The number of groups in the log, which is enough for a count: transactions do not write them. */
    private long rollouts(final String address) throws InterruptedException {
        final TopicPartition partition = new TopicPartition(topics.rollouts().name(), 0);
        try (Admin admin = KafkaClients.admin(Map.of("bootstrap.servers", address))) {
            return admin.listOffsets(Map.of(partition, OffsetSpec.latest()))
                    .partitionResult(partition)
                    .get()
                    .offset();
        } catch (final ExecutionException e) {
            // the topics are not there yet, or the broker has ended with its run
            return 0;
        }
    }

    private boolean isSettledOnce() {
        try (EmbeddedBroker own = EmbeddedBroker.start(folder.resolve(RUN).resolve("kafka"), 0)) {
            final KafkaClients clients = own.clients(topics);
            final SettledPrompts prompts = SettledPrompts.of(clients, topics);
            final int dead = LoggedValues.read(clients, topics.deadLetters()).size();
            System.out.printf(
                    "%d prompts asked, %d settled, %d dead%n",
                    prompts.asked().size(), prompts.settled().size(), dead);
            prompts.wrong().forEach(System.out::println);
            return dead == 0 && prompts.wrong().isEmpty();
        }
    }
}
