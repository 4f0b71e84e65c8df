package org.mtrljudge.learner.topics;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.mtrljudge.learner.algorithm.LearnedGroup;
import org.mtrljudge.learner.event.DamagedLogException;
import org.mtrljudge.learner.settings.ScoredLog;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.model.input.EncodedPrompt;
import org.mtrljudge.schemas.LearnedOffset;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.TrainingStep;
import org.mtrljudge.schemas.codec.ImageStore;
import org.mtrljudge.schemas.topic.LogOffset;
import org.mtrljudge.schemas.topic.TopicScan;

/** Reads the batches that the journal names from their places in the log. */
public final class JournalBatches implements AutoCloseable {
    private final ScoredLog log;
    private final ImageStore images;
    private final RecordsAt<ScoredGroup> records;

    public JournalBatches(final ScoredLog log) {
        this.log = log;
        this.images = new ImageStore(log.dataRoot());
        this.records = new RecordsAt<>(log.open());
    }

    /**
     * The groups of a step in the order in which they were learned.
     *
     * @throws DamagedLogException when a group is missing or has changed
     */
    public List<TopicScan.Entry<ScoredGroup>> groups(final TrainingStep step) {
        final Map<LogOffset, TopicScan.Entry<ScoredGroup>> found = records.fetch(
                step.getLearned().stream().map(JournalBatches::place).collect(Collectors.toSet()));
        final List<TopicScan.Entry<ScoredGroup>> groups = new ArrayList<>();
        for (final LearnedOffset learned : step.getLearned()) {
            final TopicScan.Entry<ScoredGroup> entry = found.get(place(learned));
            final String place = log.topic().name() + " at " + place(learned);
            if (entry == null) {
                throw new DamagedLogException(place + " has no readable group, but step " + step.getStep()
                        + " learned prompt " + learned.getPromptId() + " from there");
            }
            if (learned.getSha256() != null && !learned.getSha256().equals(entry.sha256())) {
                throw new DamagedLogException(
                        place + " is not what step " + step.getStep() + " learned: its SHA-256 is " + entry.sha256()
                                + ", but the journal has " + learned.getSha256());
            }
            groups.add(entry);
        }
        return groups;
    }

    private static LogOffset place(final LearnedOffset learned) {
        return new LogOffset(learned.getPartition(), learned.getOffset());
    }

    /**
     * The batch of a step in the form that the policy update reads.
     *
     * @throws DamagedLogException when a group is missing, has changed, or cannot be read by this model
     * @throws IllegalArgumentException when a picture is missing or has changed
     */
    public List<LearnedGroup> batch(final TrainingStep step, final JudgeModel model) {
        final List<LearnedGroup> batch = new ArrayList<>();
        for (final TopicScan.Entry<ScoredGroup> entry : groups(step)) {
            try {
                batch.add(learned(entry.value(), images, model));
            } catch (final ModelException e) {
                throw new DamagedLogException(log.topic().name() + " at " + entry.place()
                        + " has a group that step " + step.getStep() + " learned, and that the model cannot read: "
                        + e.getMessage());
            }
        }
        return batch;
    }

    /** A group with its prompt as the model reads it. */
    public static LearnedGroup learned(final ScoredGroup group, final ImageStore images, final JudgeModel model) {
        final PromptRequest prompt = group.getRollout().getPrompt();
        final EncodedPrompt encoded =
                model.encode(prompt.getSystem(), prompt.getText(), images.readAll(prompt), prompt.getPromptId());
        return LearnedGroup.of(encoded, group, model.config().text().vocabSize());
    }

    @Override
    public void close() {
        records.close();
    }
}
