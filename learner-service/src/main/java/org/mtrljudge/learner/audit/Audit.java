package org.mtrljudge.learner.audit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntConsumer;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.event.DamagedLogException;
import org.mtrljudge.learner.settings.ScoredLog;
import org.mtrljudge.learner.topics.JournalBatches;
import org.mtrljudge.learner.topics.PolicyWriter;
import org.mtrljudge.learner.topics.RecordsAt;
import org.mtrljudge.schemas.PolicyManifest;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.TrainingStep;
import org.mtrljudge.schemas.policy.PolicyFetcher;
import org.mtrljudge.schemas.policy.PolicyStore;
import org.mtrljudge.schemas.policy.UnreachablePolicyException;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.LogOffset;
import org.mtrljudge.schemas.topic.TopicScan;
import org.mtrljudge.schemas.topic.Topics;

/**
 * Checks the log of a run against the digests in the log. The journal entries are a chain, and the manifest of each version
 * contains the digest of its entry. An entry names the records of its batch and their digests. A scored group contains the rollouts
 * that are in {@code RUN.rollouts}. Weights are divided into chunks with digests. Whoever changes one record has to change all
 * later records, and the weights that a {@link Refold} computes.
 */
public final class Audit {
    private static final int MAX_FINDINGS = 100;
    private final Topics topics;
    private final KafkaClients clients;
    private final ScoredLog scored;
    private final @Nullable PolicyStore store;
    private final List<TopicScan.Entry<TrainingStep>> journal;
    private final Map<Integer, PolicyManifest> manifests = new LinkedHashMap<>();
    private final List<String> findings = new ArrayList<>();

    /**
     * Reads the journal and the manifests.
     *
     * @param scored the scored groups that the run learned from
     */
    public Audit(final KafkaClients clients, final ScoredLog scored, final @Nullable PolicyStore store) {
        this.store = store;
        this.topics = clients.topics();
        this.clients = clients;
        this.scored = scored;
        try (TopicScan<TrainingStep> scan = clients.scanWhole(topics.journal())) {
            this.journal = scan.rest();
        }
        try (TopicScan<PolicyManifest> scan = clients.scan(topics.policies())) {
            scan.rest().forEach(entry -> manifests.put(entry.value().getVersion(), entry.value()));
        }
    }

    /**
     * The number of checked items and the errors that were found.
     *
     * @param versions the number of versions whose weights are still in the log
     * @param findings at most 100 errors
     */
    public record Report(int entries, long groups, int versions, List<String> findings) {}

    /** All entries of the journal, in their order. */
    public List<TrainingStep> journal() {
        return journal.stream().map(TopicScan.Entry::value).toList();
    }

    /**
     * Checks everything.
     *
     * @param progress receives the number of checked journal entries
     */
    public Report check(final IntConsumer progress) {
        final Set<Integer> kept = keptVersions();
        long groups = 0;
        int done = 0;
        String before = null;
        try (JournalBatches batches = new JournalBatches(scored);
                RecordsAt<RolloutGroup> rollouts = new RecordsAt<>(clients.scan(topics.rollouts()));
                PolicyFetcher weights = new PolicyFetcher(clients, store)) {
            for (final TopicScan.Entry<TrainingStep> entry : journal) {
                checkChain(entry, before);
                before = entry.sha256();
                groups += checkBatch(entry.value(), batches, rollouts);
                if (kept.contains(entry.value().getPolicyVersion())) {
                    checkWeights(entry.value().getPolicyVersion(), weights);
                }
                progress.accept(++done);
            }
        }
        return new Report(journal.size(), groups, kept.size(), List.copyOf(findings));
    }

    private Set<Integer> keptVersions() {
        final int newest = manifests.keySet().stream().mapToInt(v -> v).max().orElse(-1);
        final Set<Integer> kept = new HashSet<>(manifests.keySet());
        kept.removeIf(version -> version <= newest - PolicyWriter.KEPT_VERSIONS);
        return kept;
    }

    private void found(final String what) {
        if (findings.size() < MAX_FINDINGS) {
            findings.add(what);
        }
    }

    private void checkChain(final TopicScan.Entry<TrainingStep> entry, final @Nullable String before) {
        final TrainingStep step = entry.value();
        final String name = "the journal entry of version " + step.getPolicyVersion();
        if (step.getPreviousDigest() != null && !step.getPreviousDigest().equals(before)) {
            found(name
                    + " names a previous entry that is not the one before it: one of the two was changed,"
                    + " or an entry is missing");
        }
        final PolicyManifest manifest = manifests.get(step.getPolicyVersion());
        if (manifest == null) {
            found(name + " has no manifest in " + topics.policies().name());
            return;
        }
        if (!manifest.getSha256().equals(step.getWeightDigest())) {
            found(name + " and its manifest name different weights");
        }
        if (manifest.getJournalDigest() != null && !manifest.getJournalDigest().equals(entry.sha256())) {
            found(name + " is not the entry that its manifest was written with: one of the two was changed");
        }
    }

    private int checkBatch(
            final TrainingStep step, final JournalBatches batches, final RecordsAt<RolloutGroup> rollouts) {
        final List<TopicScan.Entry<ScoredGroup>> groups;
        try {
            groups = batches.groups(step);
        } catch (final DamagedLogException e) {
            found(String.valueOf(e.getMessage()));
            return 0;
        }
        if (step.getScoredTopic() == null) {
            checkRollouts(step, groups, rollouts);
        }
        return groups.size();
    }

    private void checkRollouts(
            final TrainingStep step,
            final List<TopicScan.Entry<ScoredGroup>> groups,
            final RecordsAt<RolloutGroup> rollouts) {
        final Map<LogOffset, RolloutGroup> scoredAs = new HashMap<>();
        for (final TopicScan.Entry<ScoredGroup> entry : groups) {
            // records of earlier builds do not contain this offset
            if (entry.value().getRolloutOffset() != null) {
                scoredAs.put(
                        new LogOffset(
                                entry.value().getRolloutPartition(),
                                entry.value().getRolloutOffset()),
                        entry.value().getRollout());
            }
        }
        final Map<LogOffset, TopicScan.Entry<RolloutGroup>> lying = rollouts.fetch(scoredAs.keySet());
        scoredAs.forEach((place, rollout) -> {
            final TopicScan.Entry<RolloutGroup> entry = lying.get(place);
            if (entry == null || !entry.value().equals(rollout)) {
                found(topics.rollouts().name() + " at " + place + " is not the group that was scored and then"
                        + " learned in step " + step.getStep() + " as prompt "
                        + rollout.getPrompt().getPromptId());
            }
        });
    }

    private void checkWeights(final int version, final PolicyFetcher weights) {
        try {
            weights.fetch(Objects.requireNonNull(manifests.get(version))).close();
        } catch (final SerializationException | UnreachablePolicyException e) {
            found("the weights of version " + version + " are unusable: " + e.getMessage());
        }
    }

    /**
     * The groups from which a version was learned, in the order in which they were learned.
     *
     * @throws DamagedLogException when a group is missing or has changed
     */
    public List<ScoredGroup> batch(final TrainingStep step) {
        try (JournalBatches batches = new JournalBatches(scored)) {
            return batches.groups(step).stream().map(TopicScan.Entry::value).toList();
        }
    }
}
