package org.mtrljudge.it;

import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.mtrljudge.learner.Learner;
import org.mtrljudge.learner.LearnerSettings;
import org.mtrljudge.learner.RunContext;
import org.mtrljudge.learner.ScoredLog;
import org.mtrljudge.learner.TrainingListener;
import org.mtrljudge.learner.WeightTransport;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.schemas.KafkaClients;
import org.mtrljudge.schemas.LocalSchemaRegistry;
import org.mtrljudge.schemas.Topics;
import org.mtrljudge.settings.SettingsTree;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;

/** A learner in a process of its own, that learns offline from a prepared topic and goes on where its run was. */
final class LearnerProcess {
    static final int STEPS = 60;
    static final int BATCH = 4;
    static final int GROUP_SIZE = 2;

    private LearnerProcess() {}

    /** Arguments: the run's name, the prepared run's, the broker's address, the checkpoints' folder. */
    public static void main(final String[] arguments) {
        final LocalSchemaRegistry registry = new LocalSchemaRegistry();
        final KafkaClients clients = TestBroker.clients(new Topics(arguments[0], registry), arguments[2]);
        final Path folder = Path.of(arguments[3]);
        final RunContext context = new RunContext(
                clients, WeightTransport.LOG, "settings", folder, folder, new Printed(), () -> {}, Clock.systemUTC());
        final ScoredLog prepared = new ScoredLog(new Topics(arguments[1], registry).scored(), clients, folder);
        try (JudgeModel model = JudgeModel.load(JudgeFolder.preset(JudgeFolder.JUDGE_TINY));
                Learner learner = new Learner(context, settings(), model, new NoExamples(), prepared)) {
            learner.run();
        }
    }

    /** With a KL term, so that what it looks back to has to come back too. */
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
                "trainer.max_staleness=0",
                "trainer.val_freq=0",
                "trainer.save_freq=7",
                "trainer.save_limit=2",
                "sft.steps=0");
        return SettingsTree.read(null, Map.of(), pairs).bind(LearnerSettings.class);
    }

    /** Nothing is asked, nothing tested. */
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

    /** A line a step. */
    private static final class Printed implements TrainingListener {
        @Override
        public void progressed(final String phase, final int done, final Map<String, Double> metrics) {
            System.out.println(phase + " " + done);
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
