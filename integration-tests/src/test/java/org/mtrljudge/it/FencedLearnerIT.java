package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.learner.event.LearnerException;
import org.mtrljudge.learner.settings.WeightTransport;
import org.mtrljudge.learner.topics.PolicyWriter;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.schemas.PolicyKind;
import org.mtrljudge.schemas.PolicyManifest;
import org.mtrljudge.schemas.TrainingStep;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.Topics;

/** Two learners of one run: the second learner takes the run over, and nothing that the first publishes afterwards is visible. */
class FencedLearnerIT {
    @TempDir
    private Path folder;

    private final Topics topics = new Topics("fenced", new LocalSchemaRegistry());

    private void publish(final PolicyWriter writer, final JudgeModel model, final int version, final String phase) {
        writer.publish(
                version,
                version,
                PolicyKind.FULL,
                model.policy(),
                digest -> new TrainingStep(
                        version, phase, version, digest, "settings", List.of(), List.of(), Map.of(), 0L, null, null));
    }

    @Test
    @Timeout(120)
    void shouldEndTheFirstLearnerWhenASecondTakesItsRun() throws Exception {
        try (TestBroker broker = TestBroker.start(folder);
                JudgeModel model = JudgeModel.load(JudgeFolder.preset(JudgeFolder.JUDGE_TINY))) {
            broker.prepare(topics);
            try (PolicyWriter first = new PolicyWriter(broker.clients(topics), WeightTransport.LOG)) {
                publish(first, model, 0, "first");
                try (PolicyWriter second = new PolicyWriter(broker.clients(topics), WeightTransport.LOG)) {
                    assertThatThrownBy(() -> publish(first, model, 1, "first"))
                            .isInstanceOf(LearnerException.class)
                            .hasMessageContaining("another learner has taken over the run fenced");
                    publish(second, model, 1, "second");
                }
            }
            assertThat(LoggedValues.read(broker, topics.journal()))
                    .extracting(TrainingStep::getPhase)
                    .containsExactly("first", "second");
            assertThat(LoggedValues.read(broker, topics.policies()))
                    .extracting(PolicyManifest::getVersion)
                    .containsExactly(0, 1);
        }
    }
}
