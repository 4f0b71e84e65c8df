package org.mtrljudge.it;

import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.mtrljudge.learner.Learner;
import org.mtrljudge.learner.event.TrainingListener;
import org.mtrljudge.learner.event.TrainingResult;
import org.mtrljudge.learner.settings.LearnerSettings;
import org.mtrljudge.learner.settings.RunContext;
import org.mtrljudge.learner.settings.WeightTransport;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.settings.SettingsTree;
import org.mtrljudge.tasks.builtin.BuiltInTasks;

/** A run of three steps of six groups, whose learner works in this process, with a broker of its own. */
final class LearnerRun implements AutoCloseable {
    static final int STEPS = 3;
    static final int BATCH = 6;

    private final Path folder;
    private final Topics topics = new Topics("learner", new LocalSchemaRegistry());
    private final TestBroker broker;

    /** @param folder the folder of the test, which will contain the embedded broker's log and the checkpoints */
    LearnerRun(final Path folder) {
        this.folder = folder;
        broker = TestBroker.start(folder);
        broker.prepare(topics);
    }

    Topics topics() {
        return topics;
    }

    TestBroker broker() {
        return broker;
    }

    /** The answers to the prompts of the learner. They are not started yet. */
    Answers answers() {
        return new Answers(broker.clients(topics));
    }

    Path checkpoints() {
        return folder.resolve("checkpoints");
    }

    private static LearnerSettings settings() {
        final List<String> pairs = List.of(
                "data.rollout_batch_size=" + BATCH,
                "data.max_response_length=8",
                "rollout.n=2",
                "actor.global_batch_size=" + BATCH,
                "actor.optim.lr=1.0e-4",
                "actor.optim.lr_warmup_steps=0",
                "algorithm.online_filtering=false",
                "trainer.total_steps=" + STEPS,
                "trainer.val_freq=0",
                "trainer.save_limit=2",
                "trainer.stall_warning_ms=500",
                "sft.steps=0");
        return SettingsTree.read(null, Map.of(), pairs).bind(LearnerSettings.class);
    }

    private RunContext context(final TrainingListener listener, final Runnable health) {
        return new RunContext(
                broker.clients(topics),
                WeightTransport.LOG,
                "settings",
                checkpoints(),
                folder,
                listener,
                health,
                Clock.systemUTC());
    }

    /**
     * Trains from the newest checkpoint to the end.
     *
     * @param health is called again and again while the learner works. What it throws ends the learner
     */
    TrainingResult train(final Warnings warnings, final Runnable health) {
        try (JudgeModel model = JudgeModel.load(JudgeFolder.preset(JudgeFolder.JUDGE_TINY));
                Learner learner = new Learner(
                        context(warnings, health), settings(), model, new BuiltInTasks(1, 50, 0, 1), null)) {
            return learner.run();
        }
    }

    @Override
    public void close() throws Exception {
        broker.close();
    }
}
