package org.mtrljudge.learner.state;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecordBase;
import org.mtrljudge.learner.event.PromptIds;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.TrainingStep;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topic;
import org.mtrljudge.schemas.topic.TopicScan;

/**
 * The records of a run's log after its last checkpoint: steps to learn again and prompts that are not sent again.
 *
 * @param state the state of the checkpoint
 * @param entries the journal entries after the checkpoint
 * @param asked the prompts after the checkpoint, also those of which the log has only a dead letter of the learner; training prompts are
 *     in the order of their numbers
 * @param promptsEnd the offset of the next prompt
 */
public record PastRun(
        LearnerState state, List<TopicScan.Entry<TrainingStep>> entries, List<Asked> asked, long promptsEnd) {
    /** The name of the learner in its dead letters. */
    public static final String SERVICE = "learner";

    private static final Comparator<Asked> IN_ORDER = Comparator.comparing(Asked::purpose)
            .thenComparing(prompt -> prompt.purpose == Purpose.TRAIN ? PromptIds.trainingNumber(prompt.promptId) : 0L);

    /** A prompt that is in the log. */
    public record Asked(String promptId, Purpose purpose) {}

    /** The past of a new run. */
    public static PastRun none(final LearnerState state) {
        return new PastRun(state, List.of(), List.of(), 0);
    }

    /**
     * Reads the log. No learner may write to the log at the same time. Waits for the transactions of the reward service that are open.
     *
     * @param health is called while it waits, and may throw
     * @throws org.mtrljudge.learner.event.LearnerException when a transaction stays open for too long
     * @throws org.mtrljudge.schemas.topic.DamagedTopicException when a journal entry or a prompt cannot be read
     */
    public static PastRun read(final KafkaClients clients, final LearnerState state, final Runnable health) {
        final List<TopicScan.Entry<TrainingStep>> entries;
        try (TopicScan<TrainingStep> scan = scan(clients, clients.topics().journal(), state)) {
            entries = scan.rest();
        }
        final List<Asked> asked = new ArrayList<>();
        try (TopicScan<PromptRequest> scan = scan(clients, clients.topics().prompts(), state)) {
            while (!scan.done()) {
                scan.next()
                        .forEach(entry -> asked.add(new Asked(
                                entry.value().getPromptId(), entry.value().getPurpose())));
            }
            // a hidden dead letter would look like a prompt that the log has lost
            OpenTransactions.awaitEnd(clients, clients.topics().deadLetters(), health);
            asked.addAll(refused(clients, state));
            asked.sort(IN_ORDER);
            return new PastRun(state, entries, asked, scan.end());
        }
    }

    /** The prompts that no actor received: the learner could not make them, and wrote dead letters in their place. */
    private static List<Asked> refused(final KafkaClients clients, final LearnerState state) {
        final List<Asked> refused = new ArrayList<>();
        try (TopicScan<DeadLetter> scan = scan(clients, clients.topics().deadLetters(), state)) {
            while (!scan.done()) {
                for (final TopicScan.Entry<DeadLetter> entry : scan.next()) {
                    final String promptId = entry.value().getPromptId();
                    if (promptId != null && entry.value().getService().equals(SERVICE)) {
                        refused.add(new Asked(promptId, PromptIds.isTraining(promptId) ? Purpose.TRAIN : Purpose.EVAL));
                    }
                }
            }
        }
        return refused;
    }

    private static <V extends SpecificRecordBase> TopicScan<V> scan(
            final KafkaClients clients, final Topic<V> topic, final LearnerState state) {
        // learning again over a hole would give other weights, and would ask prompts that are already in the log
        final TopicScan<V> scan = clients.scanWhole(topic);
        scan.seek(state.offsets().getOrDefault(topic.name(), 0L));
        return scan;
    }

    /**
     * The past at the time when a step was learned. It has no later entries, and no prompts after the last learned or stale prompt.
     */
    public PastRun upTo(final int step) {
        final List<TopicScan.Entry<TrainingStep>> until = entries.stream()
                .filter(entry -> entry.value().getStep() <= step)
                .toList();
        final PastRun past = new PastRun(state, until, asked, promptsEnd);
        final Set<String> settled = past.learnedAndStaleIds();
        int last = 0;
        for (int i = 0; i < asked.size(); i++) {
            last = settled.contains(asked.get(i).promptId()) ? i + 1 : last;
        }
        return new PastRun(state, until, asked.subList(0, last), promptsEnd);
    }

    /** The ids of training prompts, in their order. */
    public List<String> trainingIds() {
        return asked.stream()
                .filter(prompt -> prompt.purpose() == Purpose.TRAIN)
                .map(Asked::promptId)
                .toList();
    }

    /** The ids of prompts that a test or a validation will ask for again. */
    public Set<String> evaluationIds() {
        return asked.stream()
                .filter(prompt -> prompt.purpose() == Purpose.EVAL)
                .map(Asked::promptId)
                .collect(Collectors.toSet());
    }

    /** The ids of prompts that journal entries after the checkpoint learned or left out as stale. */
    public Set<String> learnedAndStaleIds() {
        final Set<String> settled = new HashSet<>();
        for (final TopicScan.Entry<TrainingStep> entry : entries) {
            entry.value().getLearned().forEach(learned -> settled.add(learned.getPromptId()));
            settled.addAll(entry.value().getStale());
        }
        return settled;
    }
}
