package org.mtrljudge.learner.topics;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.event.JournalKind;
import org.mtrljudge.learner.event.LearnerException;
import org.mtrljudge.learner.event.Lineage;
import org.mtrljudge.learner.event.PromptIds;
import org.mtrljudge.learner.event.TrainingListener;
import org.mtrljudge.learner.settings.RunContext;
import org.mtrljudge.learner.state.PastRun;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.weights.Weights;
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
    private static final long WARN_MS = 60_000;

    private final Topics topics;
    private final PolicyWriter writer;
    private final JudgeModel model;
    private final String settingsDigest;
    private final @Nullable String scoredTopic;
    private final @Nullable String rounding;
    private final TrainingListener listener;
    private final Runnable health;
    private final Clock clock;
    private final Deque<TopicScan.Entry<TrainingStep>> inLog;
    private int version;
    // whether the newest version is one that a resumed learner published beside the version of the log
    private boolean resumed;
    private long next;
    private double journalSeconds;
    private double writingSeconds;
    // the version that is being written in the background
    private @Nullable VersionInFlight open;
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
        this.health = run.health();
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

    /** The seconds that the journal entry of the newest version took that is in the log; 0 where nothing was written. */
    public double journalSeconds() {
        return journalSeconds;
    }

    /** The seconds that writing the newest version took that is in the log; 0 where nothing was written. */
    public double writingSeconds() {
        return writingSeconds;
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

    /**
     * Like {@link #publish}, for a step that is new, but the version is written in the background. It is announced when its transaction
     * is committed.
     *
     * @param weights a copy of the weights of the version, of which nobody else makes use until {@link #await}
     */
    public void begin(
            final int step,
            final List<LearnedOffset> learned,
            final List<String> stale,
            final Map<String, Double> metrics,
            final Weights weights) {
        await();
        if (!inLog.isEmpty()) {
            // an entry that an earlier life of the run wrote at another place
            publish(JournalKind.RL, step, learned, stale, metrics);
            return;
        }
        open = VersionInFlight.start(
                "policy-" + (version + 1), next(JournalKind.RL, step, learned, stale, metrics, weights));
    }

    /**
     * Waits until the version that {@link #begin} began is in the log.
     *
     * @throws LearnerException when another learner has taken over
     * @throws KafkaException when the version could not be written
     */
    public void await() {
        if (open != null) {
            final PolicyWriter.Written written = open.await(new Waiting());
            open = null;
            written(written);
        }
    }

    /** Looks at the health of the run, and says once a minute that the version is still being written. */
    private final class Waiting implements Runnable {
        private long warnedMs = clock.millis();

        @Override
        public void run() {
            health.run();
            if (clock.millis() - warnedMs >= WARN_MS) {
                warnedMs = clock.millis();
                listener.warned("policy version " + version + " is still being written: are the broker and"
                        + " weights.store reachable and fast enough?");
            }
        }
    }

    /** Waits until nothing is written any more, whatever became of it: then the copy of the weights may be freed. */
    public void settle() {
        if (open != null) {
            open.settle();
        }
    }

    /** Throws what {@link #await} would throw, without waiting. */
    public void check() {
        if (open != null && open.isDone()) {
            await();
        }
    }

    private void write(
            final JournalKind kind,
            final int step,
            final List<LearnedOffset> learned,
            final List<String> stale,
            final Map<String, Double> metrics) {
        await();
        written(next(kind, step, learned, stale, metrics, model.policy()).get());
    }

    /** Takes the next version number, and returns what writes that version. */
    private Supplier<PolicyWriter.Written> next(
            final JournalKind kind,
            final int step,
            final List<LearnedOffset> learned,
            final List<String> stale,
            final Map<String, Double> metrics,
            final Weights weights) {
        version++;
        resumed = kind == JournalKind.RESUMED;
        // the version appears in every log line of this thread
        MDC.put("policyVersion", String.valueOf(version));
        final int own = version;
        final String before = lastDigest;
        final Map<String, Double> logged = new TreeMap<>(metrics);
        return () -> writer.publish(
                own,
                step,
                model.lora() == null ? PolicyKind.FULL : PolicyKind.LORA,
                weights,
                digest -> new TrainingStep(
                        step,
                        kind.key(),
                        own,
                        digest,
                        settingsDigest,
                        learned,
                        stale,
                        logged,
                        clock.millis(),
                        learned.isEmpty() ? null : scoredTopic,
                        before,
                        rounding));
    }

    private void written(final PolicyWriter.Written written) {
        next = written.next();
        lastDigest = written.sha256();
        journalSeconds = written.entrySeconds();
        writingSeconds = written.seconds();
    }
}
