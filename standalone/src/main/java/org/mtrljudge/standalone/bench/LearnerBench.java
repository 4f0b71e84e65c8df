package org.mtrljudge.standalone.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.mtrljudge.learner.Learner;
import org.mtrljudge.learner.event.Stage;
import org.mtrljudge.learner.event.TrainingListener;
import org.mtrljudge.learner.event.TrainingResult;
import org.mtrljudge.learner.settings.RunContext;
import org.mtrljudge.learner.settings.WeightTransport;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.engine.JudgeModule;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.settings.io.Folders;
import org.mtrljudge.standalone.broker.EmbeddedBroker;
import org.mtrljudge.standalone.run.RunSettings;

/**
 * Compares the learner on Kafka with the same forward, backward and update in a bare loop. Prepared groups answer each prompt
 * immediately, so that only the learner is measured.
 */
public final class LearnerBench {
    private final int steps;
    private final PrintStream out;

    /** @param steps measured steps per side */
    public LearnerBench(final int steps, final PrintStream out) {
        this.steps = steps;
        this.out = out;
    }

    /** Runs the measurement and prints it. */
    public void run() throws IOException {
        final RunSettings settings =
                RunSettings.read(null, List.of("trainer.total_steps=" + steps, "sft.steps=0", "algorithm.kl_coef=0"));
        JudgeModule.useThreads(settings.learner().trainer().threads());
        final Path folder = Files.createTempDirectory("judge-bench");
        final PreparedGroups prepared = new PreparedGroups(settings);
        try (JudgeModel model = JudgeModel.load(settings.folder())) {
            // warms up the JIT compiler
            bareTokensPerSecond(prepared, model, 10);
            final double before = bareTokensPerSecond(prepared, model, steps);
            final double kafka = kafkaTokensPerSecond(settings, prepared, model, folder);
            final double after = bareTokensPerSecond(prepared, model, steps);
            final double bare = (before + after) / 2;
            out.printf(
                    Locale.ROOT,
                    "bare loop %.0f tokens/s (before %.0f, after %.0f), learner through Kafka %.0f tokens/s: %.0f %%%n",
                    bare,
                    before,
                    after,
                    kafka,
                    100 * kafka / bare);
        } finally {
            Folders.delete(folder);
        }
    }

    private static double bareTokensPerSecond(
            final PreparedGroups prepared, final JudgeModel model, final int updates) {
        final long start = System.nanoTime();
        final long tokens = prepared.learnBare(model, updates);
        return tokens / ((System.nanoTime() - start) / 1e9);
    }

    private double kafkaTokensPerSecond(
            final RunSettings settings, final PreparedGroups prepared, final JudgeModel model, final Path folder) {
        final Topics topics = new Topics("bench", new LocalSchemaRegistry());
        final Sums sums = new Sums();
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"), 0)) {
            broker.prepare(topics);
            final KafkaClients clients = broker.clients(topics);
            try (InstantAnswers answers = new InstantAnswers(clients, prepared);
                    Learner learner = new Learner(
                            context(clients, folder, sums, answers::check),
                            settings.learner(),
                            model,
                            prepared,
                            null)) {
                answers.start();
                final TrainingResult result = learner.run();
                final double seconds = result.secondsByPhase().getOrDefault(Stage.RL.key(), Double.NaN);
                out.printf(
                        Locale.ROOT,
                        "share of a step's time: journal entry %.2f %%, publishing weights and entry %.1f %%, checkpoints %.1f %%%n",
                        100 * sums.of("timing_s/journal") / seconds,
                        100 * sums.of("timing_s/publish") / seconds,
                        100 * sums.of("timing_s/save_checkpoint") / seconds);
                return result.rl().generatedTokens() / seconds;
            }
        }
    }

    private static RunContext context(
            final KafkaClients clients, final Path folder, final TrainingListener listener, final Runnable health) {
        return new RunContext(
                clients,
                WeightTransport.LOG,
                "bench",
                folder.resolve("checkpoints"),
                folder,
                listener,
                health,
                Clock.systemUTC());
    }

    /** Sums of the metrics over the steps. */
    private static final class Sums implements TrainingListener {
        private final Map<String, Double> sums = new HashMap<>();

        double of(final String metric) {
            return sums.getOrDefault(metric, 0.0);
        }

        @Override
        public void progressed(final String phase, final int done, final Map<String, Double> metrics) {
            metrics.forEach((name, value) -> sums.merge(name, value, Double::sum));
        }

        @Override
        public void warned(final String message) {
            System.err.println("warning: " + message);
        }
    }
}
