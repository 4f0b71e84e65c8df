package org.mtrljudge.learner.state;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
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
import org.mtrljudge.schemas.topic.Topics;

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
    public record Asked(String promptId, Purpose purpose) {
        private static Asked of(final String promptId) {
            return new Asked(promptId, PromptIds.isTraining(promptId) ? Purpose.TRAIN : Purpose.EVAL);
        }
    }

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
        final Topics topics = clients.topics();
        // learning again over a hole would give other weights, and would ask prompts that are already in the log
        final List<TopicScan.Entry<TrainingStep>> entries;
        try (TopicScan<TrainingStep> scan = after(clients.scanWhole(topics.journal()), topics.journal(), state)) {
            entries = scan.rest();
        }
        final List<Asked> asked = new ArrayList<>();
        final long promptsEnd;
        try (TopicScan<PromptRequest> scan = after(clients.scanWhole(topics.prompts()), topics.prompts(), state)) {
            while (!scan.done()) {
                scan.next()
                        .forEach(entry -> asked.add(new Asked(
                                entry.value().getPromptId(), entry.value().getPurpose())));
            }
            promptsEnd = scan.ends().get(0);
        }
        // a hidden dead letter would look like a prompt that the log has lost
        OpenTransactions.awaitEnd(clients, topics.deadLetters(), health);
        // a dead letter that cannot be read ends no learner, so it does not end a resumed learner either
        try (TopicScan<DeadLetter> scan = after(clients.scan(topics.deadLetters()), topics.deadLetters(), state)) {
            while (!scan.done()) {
                asked.addAll(refused(scan.next()));
            }
            asked.addAll(unreadable(scan.skippedKeys(), asked, state.counts().published()));
        }
        asked.sort(IN_ORDER);
        return new PastRun(state, entries, asked, promptsEnd);
    }

    /** The prompts that no actor received: the learner could not make them, and wrote dead letters in their place. */
    private static List<Asked> refused(final List<TopicScan.Entry<DeadLetter>> letters) {
        final List<Asked> refused = new ArrayList<>();
        for (final TopicScan.Entry<DeadLetter> entry : letters) {
            final String promptId = entry.value().getPromptId();
            if (promptId != null && entry.value().getService().equals(SERVICE)) {
                refused.add(Asked.of(promptId));
            }
        }
        return refused;
    }

    /**
     * The prompts that only a dead letter has that cannot be read. Its key is the id of the prompt. A key whose number is not the number
     * of a missing prompt was not written by this run.
     *
     * @param asked all other prompts
     * @param first the number of the first training prompt after the checkpoint
     */
    static List<Asked> unreadable(final List<String> keys, final List<Asked> asked, final long first) {
        final List<Asked> unreadable = new ArrayList<>();
        final NavigableMap<Long, Asked> missing = new TreeMap<>();
        for (final String key : keys) {
            if (PromptIds.isTraining(key)) {
                missing.putIfAbsent(PromptIds.trainingNumber(key), Asked.of(key));
            } else if (PromptIds.isEvaluation(key)) {
                unreadable.add(Asked.of(key));
            }
        }
        final Set<Long> numbers = new HashSet<>();
        asked.stream()
                .filter(prompt -> prompt.purpose == Purpose.TRAIN)
                .forEach(prompt -> numbers.add(PromptIds.trainingNumber(prompt.promptId)));
        missing.forEach((number, prompt) -> {
            if (number >= first && (number == first || numbers.contains(number - 1)) && numbers.add(number)) {
                unreadable.add(prompt);
            }
        });
        return unreadable;
    }

    private static <V extends SpecificRecordBase> TopicScan<V> after(
            final TopicScan<V> scan, final Topic<V> topic, final LearnerState state) {
        scan.seek(state.offsets(topic.name()));
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
