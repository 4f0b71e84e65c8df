package org.mtrljudge.learner;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.mtrljudge.model.EncodedPrompt;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.schemas.ImageRef;
import org.mtrljudge.schemas.ImageStore;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.TopicScan;

/**
 * Training batches from a log of scored groups, in its order: offline learning. The policies that sampled them are not this run's,
 * so no group is too old; the ratio to the log's behaviour log-probabilities, clipped, is what bounds an update.
 */
final class LoggedBatches implements BatchSource {
    private final ScoredLog log;
    private final int batchSize;
    private final JudgeModel model;
    private final ImageStore images;
    private final TopicScan<ScoredGroup> scan;
    private final Deque<TopicScan.Entry<ScoredGroup>> read = new ArrayDeque<>();
    private GroupCounts counts = GroupCounts.NONE;

    LoggedBatches(final ScoredLog log, final int batchSize, final JudgeModel model) {
        this.log = log;
        this.batchSize = batchSize;
        this.model = model;
        this.images = new ImageStore(log.dataRoot());
        this.scan = log.open();
    }

    /** @throws IllegalStateException when the log has no full batch any more */
    @Override
    public List<Taken> collect(final int version, final int stepsLeft) {
        final List<Taken> batch = new ArrayList<>();
        while (batch.size() < batchSize) {
            while (read.isEmpty()) {
                if (scan.done()) {
                    throw new IllegalStateException(log.topic().name() + " has no full batch any more");
                }
                scan.next().stream()
                        .filter(entry -> ScoredLog.isForTraining(entry.value()))
                        .forEach(read::add);
            }
            final TopicScan.Entry<ScoredGroup> entry = read.remove();
            final PromptRequest prompt = entry.value().getRollout().getPrompt();
            batch.add(new Taken(
                    new ScoredReader.Answer.Scored(prompt.getPromptId(), entry.value(), 0, entry.offset()),
                    LearnedGroup.of(encode(prompt), entry.value())));
            counts = counts.onePublished();
        }
        return batch;
    }

    /** @throws IllegalArgumentException when a picture is not there any more, or is another one now */
    private EncodedPrompt encode(final PromptRequest prompt) {
        final List<byte[]> pictures = new ArrayList<>();
        for (final ImageRef image : prompt.getImages()) {
            pictures.add(images.read(image));
        }
        return model.encode(prompt.getText(), pictures, prompt.getPromptId());
    }

    @Override
    public void learned(final List<Taken> full) {
        full.forEach(taken -> counts = counts.oneLearned());
    }

    @Override
    public List<String> drainStaleIds() {
        return List.of();
    }

    @Override
    public GroupCounts counts() {
        return counts;
    }

    @Override
    public void close() {
        scan.close();
    }
}
