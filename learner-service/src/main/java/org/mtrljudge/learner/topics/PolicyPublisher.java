package org.mtrljudge.learner.topics;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.event.JournalKind;
import org.mtrljudge.learner.event.Lineage;
import org.mtrljudge.learner.event.PromptIds;
import org.mtrljudge.learner.event.TrainingListener;
import org.mtrljudge.learner.settings.RunContext;
import org.mtrljudge.learner.state.PastRun;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.schemas.LearnedOffset;
import org.mtrljudge.schemas.PolicyKind;
import org.mtrljudge.schemas.TrainingStep;
import org.mtrljudge.schemas.policy.PolicyStore;
import org.mtrljudge.schemas.topic.TopicScan;
import org.mtrljudge.schemas.topic.Topics;
import org.slf4j.MDC;

/**
 * Numbers the policy versions and publishes each with its journal entry. A version that was written to the log before a restart is
 * compared with the log and not published again.
 */
public final class PolicyPublisher {
    private final Topics topics;
    private final PolicyWriter writer;
    private final JudgeModel model;
    private final String settingsDigest;
    private final @Nullable String scoredTopic;
    private final @Nullable String rounding;
    private final TrainingListener listener;
    private final Clock clock;
    private final Deque<TopicScan.Entry<TrainingStep>> inLog;
    private int version;
    // whether the newest version is one that a resumed learner published beside the version of the log
    private boolean resumed;
    private long next;
    private double journalSeconds;
    private @Nullable String lastDigest;

    /**
     * @param scoredTopic the topic of the batches when it is not a topic of this run
     * @param rounding the rounding of the steps, see {@link org.mtrljudge.learner.settings.Rounding}; null where nothing is learned
     */
    public PolicyPublisher(
            final RunContext run,
            final PolicyWriter writer,
            final JudgeModel model,
            final @Nullable String scoredTopic,
            final @Nullable String rounding,
            final PastRun past) {
        this.topics = run.clients().topics();
        this.writer = writer;
        this.model = model;
        this.settingsDigest = run.settingsDigest();
        this.scoredTopic = scoredTopic;
        this.rounding = rounding;
        this.listener = run.listener();
        this.clock = run.clock();
        this.inLog = new ArrayDeque<>(past.entries());
        this.version = past.state().version();
        this.next = past.state().offsets(topics.journal().name()).stream()
                .findFirst()
                .orElse(0L);
        this.lastDigest = past.state().journalDigest();
    }

    /** The newest version; −1 before the first. */
    public int version() {
        return version;
    }

    /** The seconds of the publishing time that the journal entry of the newest version took; 0 where nothing was written. */
    public double journalSeconds() {
        return journalSeconds;
    }

    /**
     * The id of a prompt that evaluates the newest version. Where a resumed learner computed other weights, the log may have answers of
     * the first weights under the usual id.
     */
    public String evaluationId(final String usual) {
        return resumed ? PromptIds.repeated(usual, version) : usual;
    }

    /** SHA-256 of the newest journal entry, null before the first. */
    public @Nullable String journalDigest() {
        return lastDigest;
    }

    /** The weights of the model, which are the newest version, in the log. */
    public Lineage lineage() {
        return new Lineage(topics.run(), version, digest(model), lastDigest, settingsDigest);
    }

    /** A lower bound for the offset of the next journal entry, by topic. */
    public Map<String, List<Long>> position() {
        return Map.of(topics.journal().name(), List.of(next));
    }

    /** The next step, when it was written to the log before a restart. */
    public @Nullable TrainingStep logged() {
        final TopicScan.Entry<TrainingStep> entry = inLog.peek();
        return entry == null || !JournalKind.RL.isOf(entry.value()) ? null : entry.value();
    }

    /**
     * Makes the weights of the model the next version.
     *
     * @param learned the groups that were learned since the previous version
     * @param stale the ids of groups left out since the previous version
     */
    public void publish(
            final JournalKind kind,
            final int step,
            final List<LearnedOffset> learned,
            final List<String> stale,
            final Map<String, Double> metrics) {
        if (inLog.isEmpty()) {
            write(kind, step, learned, stale, metrics);
            return;
        }
        TrainingStep logged = takeBack();
        while (!inLog.isEmpty() && JournalKind.RESUMED.isOf(inLog.peek().value())) {
            logged = takeBack();
        }
        if (inLog.isEmpty() && !logged.getWeightDigest().equals(digest(model))) {
            listener.warned(
                    kind.key() + " " + step + " was computed again and gave other weights than version " + version
                            + " in the log: was it learned on another machine or device,"
                            + " or with another number of threads?"
                            + " The log keeps both versions, and training continues with the new weights");
            write(JournalKind.RESUMED, step, List.of(), List.of(), Map.of());
        }
    }

    /** SHA-256 of the policy's safetensors image. */
    public static String digest(final JudgeModel model) {
        try {
            return PolicyStore.Content.sha256(model.policy()::writeTo);
        } catch (final IOException e) {
            throw new UncheckedIOException("the weights in memory cannot be read", e);
        }
    }

    private TrainingStep takeBack() {
        final TopicScan.Entry<TrainingStep> entry = inLog.remove();
        version = entry.value().getPolicyVersion();
        resumed = JournalKind.RESUMED.isOf(entry.value());
        next = entry.place().offset() + 1;
        lastDigest = entry.sha256();
        return entry.value();
    }

    private void write(
            final JournalKind kind,
            final int step,
            final List<LearnedOffset> learned,
            final List<String> stale,
            final Map<String, Double> metrics) {
        version++;
        resumed = kind == JournalKind.RESUMED;
        final PolicyWriter.Written written = writer.publish(
                version,
                step,
                model.lora() == null ? PolicyKind.FULL : PolicyKind.LORA,
                model.policy(),
                digest -> new TrainingStep(
                        step,
                        kind.key(),
                        version,
                        digest,
                        settingsDigest,
                        learned,
                        stale,
                        metrics,
                        clock.millis(),
                        learned.isEmpty() ? null : scoredTopic,
                        lastDigest,
                        rounding));
        // the version appears in every log line of this thread
        MDC.put("policyVersion", String.valueOf(version));
        next = written.next();
        lastDigest = written.sha256();
        journalSeconds = written.seconds();
    }
}
