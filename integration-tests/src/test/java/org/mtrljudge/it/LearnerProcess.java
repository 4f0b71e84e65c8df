package org.mtrljudge.it;

import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.mtrljudge.learner.Learner;
import org.mtrljudge.learner.event.TrainingListener;
import org.mtrljudge.learner.settings.LearnerSettings;
import org.mtrljudge.learner.settings.RunContext;
import org.mtrljudge.learner.settings.ScoredLog;
import org.mtrljudge.learner.settings.WeightTransport;
import org.mtrljudge.learner.topics.PolicyPublisher;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.settings.SettingsTree;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;

/** A learner in a separate process. It learns offline from a prepared topic and continues its run where that ended. */
final class LearnerProcess {
    static final int STEPS = 60;
    static final int BATCH = 4;
    static final int GROUP_SIZE = 2;

    private LearnerProcess() {}

    /** The arguments are the run's name, the prepared run's name, the broker's address and the folder of the checkpoints. */
    public static void main(final String[] arguments) {
        final LocalSchemaRegistry registry = new LocalSchemaRegistry();
        final KafkaClients clients = TestBroker.clients(new Topics(arguments[0], registry), arguments[2]);
        final Path folder = Path.of(arguments[3]);
        final ScoredLog prepared = new ScoredLog(new Topics(arguments[1], registry).scored(), clients, folder);
        try (JudgeModel model = JudgeModel.load(JudgeFolder.preset(JudgeFolder.JUDGE_TINY))) {
            final RunContext context = new RunContext(
                    clients,
                    WeightTransport.LOG,
                    SettingsTree.read(null, Map.of(), List.of()).digest(),
                    folder,
                    folder,
                    new Printed(model),
                    () -> {},
                    Clock.systemUTC());
            try (Learner learner = new Learner(context, settings(), model, new NoExamples(), prepared)) {
                learner.run();
            }
        }
    }

    /** The settings have a KL term, so a restarted learner has to restore the reference policy too. */
    private static LearnerSettings settings() {
        final List<String> pairs = List.of(
                "data.rollout_batch_size=" + BATCH,
                "data.max_response_length=8",
                "rollout.n=" + GROUP_SIZE,
                "actor.global_batch_size=2",
                "actor.optim.lr=1.0e-3",
                "algorithm.kl_coef=0.1",
                "algorithm.online_filtering=false",
                "trainer.total_steps=" + STEPS,
                // a kill can hit a version that is being written while the next step is learned
                "trainer.max_staleness=1",
                "trainer.val_freq=0",
                "trainer.save_freq=7",
                "trainer.save_limit=2",
                "sft.steps=0");
        return SettingsTree.read(null, Map.of(), pairs).bind(LearnerSettings.class);
    }

    /** There are no examples: the learner asks no prompts and tests nothing. */
    private static final class NoExamples implements ExampleSource {
        @Override
        public List<String> tasks(final Split split) {
            return List.of();
        }

        @Override
        public int size(final String task, final Split split) {
            return 0;
        }

        @Override
        public JudgeExample example(final String task, final Split split, final int index) {
            throw new IllegalArgumentException("there are no examples");
        }
    }

    /** Prints one line per step with the digest of its weights: the log of a failed test shows which repeated step differs. */
    private record Printed(JudgeModel model) implements TrainingListener {
        @Override
        public void progressed(final String phase, final int done, final Map<String, Double> metrics) {
            System.out.println(phase + " " + done + " " + PolicyPublisher.digest(model));
        }

        @Override
        public void phaseEnded(final String phase) {
            System.out.println(phase + " done");
        }

        @Override
        public void warned(final String message) {
            System.out.println("warning: " + message);
        }
    }
}
