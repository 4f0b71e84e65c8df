package org.mtrljudge.learner.stage;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.mtrljudge.learner.event.GroupCounts;
import org.mtrljudge.learner.event.LearnerException;
import org.mtrljudge.learner.event.TrainingListener;
import org.mtrljudge.learner.prompts.PromptSchedule;
import org.mtrljudge.learner.settings.ScoredLog;
import org.mtrljudge.learner.state.LearnerState;
import org.mtrljudge.learner.topics.JournalBatches;
import org.mtrljudge.learner.topics.ScoredReader;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.schemas.LearnedOffset;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.TrainingStep;
import org.mtrljudge.schemas.codec.ImageStore;
import org.mtrljudge.schemas.topic.TopicScan;

/**
 * Training batches from a log of scored groups, in the order of the log: offline learning. The groups were sampled by policies of
 * another run, so no group is too old. An update is limited by the clipped ratio to the behaviour log-probabilities in the log.
 */
public final class LoggedBatches implements BatchSource {
    private final ScoredLog log;
    private final int batchSize;
    private final JudgeModel model;
    private final ImageStore images;
    private final TopicScan<ScoredGroup> scan;
    private final Deque<TopicScan.Entry<ScoredGroup>> read = new ArrayDeque<>();
    private final TrainingListener listener;
    private final List<String> deadIds = new ArrayList<>();
    private GroupCounts counts;
    // the offset after the last learned or dead group of each partition
    private final long[] next;
    // groups after these offsets that the journal has as dead
    private final Set<String> countedDead = new HashSet<>();

    /** Continues at the position of a checkpoint, or at the start of the log. */
    public LoggedBatches(
            final ScoredLog log,
            final int batchSize,
            final JudgeModel model,
            final LearnerState from,
            final TrainingListener listener) {
        this.listener = listener;
        this.log = log;
        this.batchSize = batchSize;
        this.model = model;
        this.images = new ImageStore(log.dataRoot());
        this.scan = log.open();
        this.next = new long[scan.ends().size()];
        final List<Long> offsets = from.offsets(log.topic().name());
        for (int i = 0; i < Math.min(next.length, offsets.size()); i++) {
            next[i] = offsets.get(i);
        }
        this.counts = from.counts();
        scan.seek(offsets());
    }

    /**
     * A group whose prompt the model cannot read is left out as dead.
     *
     * @throws LearnerException when the log has no further full batch
     */
    @Override
    public List<ReceivedGroup> collect(final int version, final int stepsLeft) {
        final List<ReceivedGroup> batch = new ArrayList<>();
        while (batch.size() < batchSize) {
            while (read.isEmpty()) {
                if (scan.done()) {
                    throw new LearnerException(log.topic().name() + " has no further full batch of " + batchSize
                            + " groups, and " + stepsLeft + " steps are left; " + counts.dead()
                            + " groups could not be read");
                }
                scan.next().stream()
                        .filter(entry -> ScoredLog.isForTraining(entry.value()))
                        .forEach(read::add);
            }
            add(read.remove(), batch);
        }
        return batch;
    }

    private void add(final TopicScan.Entry<ScoredGroup> entry, final List<ReceivedGroup> batch) {
        final String promptId = entry.value().getRollout().getPrompt().getPromptId();
        next[entry.place().partition()] = entry.place().offset() + 1;
        if (countedDead.remove(promptId)) {
            return;
        }
        counts = counts.onePublished();
        try {
            batch.add(new ReceivedGroup(
                    new ScoredReader.Answer.Scored(promptId, entry.value(), entry.place(), entry.sha256()),
                    JournalBatches.learned(entry.value(), images, model)));
        } catch (final IllegalArgumentException | ModelException e) {
            counts = counts.oneDead();
            deadIds.add(promptId);
            listener.warned("the group of prompt " + promptId + " is left out: " + e.getMessage());
        }
    }

    @Override
    public void learned(final List<ReceivedGroup> full) {
        full.forEach(received -> counts = counts.oneLearned());
    }

    @Override
    public void learnedAgain(final TrainingStep logged) {
        for (final LearnedOffset group : logged.getLearned()) {
            next[group.getPartition()] = Math.max(next[group.getPartition()], group.getOffset() + 1);
            counts = counts.onePublished().oneLearned();
        }
        logged.getStale().forEach(id -> counts = counts.onePublished().oneDead());
        countedDead.addAll(logged.getStale());
        read.clear();
        scan.seek(offsets());
    }

    private List<Long> offsets() {
        return Arrays.stream(next).boxed().toList();
    }

    @Override
    public Place place() {
        return new Place(
                counts, Map.of(log.topic().name(), offsets()), PromptSchedule.Position.START, List.of(), List.of());
    }

    /** No group is too old here. The journal has the dead groups instead, so that a restarted learner counts them again. */
    @Override
    public List<String> drainStaleIds() {
        final List<String> ids = List.copyOf(deadIds);
        deadIds.clear();
        return ids;
    }

    @Override
    public long duplicates() {
        return 0;
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
