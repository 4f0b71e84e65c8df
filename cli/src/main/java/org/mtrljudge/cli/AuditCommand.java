package org.mtrljudge.cli;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.audit.Audit;
import org.mtrljudge.learner.audit.Refold;
import org.mtrljudge.learner.event.JournalKind;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.LearnedOffset;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.TrainingStep;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.standalone.run.LoggedRun;
import org.mtrljudge.standalone.run.RunDirectory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "audit",
        description =
                "Checks the log of a run, shows what made a policy version, and learns its steps again to compare weights."
                        + " Exit code 1: the check found a difference.")
final class AuditCommand implements Callable<Integer> {
    private static final String PHASE = "audit";

    @Mixin
    private ExistingRun run = new ExistingRun();

    @Option(names = "--version", paramLabel = "V", description = "shows what made this policy version")
    private @Nullable Integer version;

    @Option(
            names = "--recompute",
            description =
                    "learns again from the nearest checkpoint, up to that version or the last step, and compares weights")
    private boolean recompute;

    @Override
    public Integer call() {
        final RunDirectory directory = run.open();
        try (LoggedRun logged = new LoggedRun(directory)) {
            final Audit audit = logged.audit();
            final TrainingStep step = chosen(audit.journal());
            if (version != null) {
                System.out.print(lineage(step, audit));
            }
            final boolean sound = check(audit);
            if (recompute) {
                recompute(logged, step);
            }
            return sound ? 0 : 1;
        }
    }

    /** The journal entry of the chosen version, or else of the last step. */
    private TrainingStep chosen(final List<TrainingStep> journal) {
        if (journal.isEmpty()) {
            throw new UsageException("the journal of " + run.name() + " is empty: no policy was published");
        }
        if (version == null) {
            return journal.stream()
                    .filter(JournalKind.RL::isOf)
                    .reduce((before, after) -> after)
                    .orElse(journal.get(journal.size() - 1));
        }
        return journal.stream()
                .filter(step -> step.getPolicyVersion() == version)
                .findFirst()
                .orElseThrow(() -> new UsageException("the journal of " + run.name() + " has the versions 0 to "
                        + (journal.size() - 1) + ", not " + version));
    }

    private static String lineage(final TrainingStep step, final Audit audit) {
        final StringBuilder text = new StringBuilder();
        text.append(String.format(
                "version %d: %s step %d, weights %s, settings %s%n",
                step.getPolicyVersion(),
                step.getPhase(),
                step.getStep(),
                step.getWeightDigest(),
                step.getSettingsDigest()));
        if (step.getLearned().isEmpty()) {
            return text.append(String.format("  made without rollouts%n")).toString();
        }
        final List<ScoredGroup> groups = audit.batch(step);
        text.append(String.format(
                "  learned %d groups from %s, left out as stale: %s%n",
                groups.size(),
                step.getScoredTopic() == null ? "RUN.scored" : step.getScoredTopic(),
                step.getStale().isEmpty() ? "none" : step.getStale()));
        final Map<String, Long> sets = groups.stream()
                .collect(Collectors.groupingBy(
                        g -> g.getRewardSet() + " version " + g.getRewardSetVersion() + ", components "
                                + new TreeMap<>(g.getScores().get(0).getComponents()).keySet(),
                        TreeMap::new,
                        Collectors.counting()));
        sets.forEach((set, count) -> text.append(String.format("  rewards of %d groups: %s%n", count, set)));
        text.append(
                String.format("  %8s  %-40s %8s  %-12s %s%n", "offset", "prompt", "version", "actor", "mean reward"));
        final boolean several = step.getLearned().stream().anyMatch(group -> group.getPartition() > 0);
        for (int i = 0; i < groups.size(); i++) {
            text.append(line(step.getLearned().get(i), groups.get(i), several));
        }
        return text.toString();
    }

    private static String line(final LearnedOffset learned, final ScoredGroup group, final boolean several) {
        return String.format(
                "  %8s  %-40s %8d  %-12s %.3f%n",
                several ? learned.getPartition() + ":" + learned.getOffset() : learned.getOffset(),
                learned.getPromptId(),
                learned.getPolicyVersion(),
                group.getRollout().getActorId(),
                group.getScores().stream()
                        .mapToDouble(CompletionScore::getTotal)
                        .average()
                        .orElse(0));
    }

    private static boolean check(final Audit audit) {
        final Progress progress = Progress.onStandardOutput();
        progress.phaseStarted(PHASE, audit.journal().size());
        final Audit.Report report = audit.check(done -> progress.progressed(PHASE, done, Map.of()));
        progress.phaseEnded(PHASE);
        System.out.printf(
                "%d journal entries, %d learned groups with their rollouts, weights of %d versions: %s%n",
                report.entries(),
                report.groups(),
                report.versions(),
                report.findings().isEmpty()
                        ? "everything is as it was written"
                        : report.findings().size() + " findings");
        report.findings().forEach(finding -> System.out.println("  " + finding));
        return report.findings().isEmpty();
    }

    private static void recompute(final LoggedRun logged, final TrainingStep step) {
        if (!JournalKind.RL.isOf(step)) {
            throw new UsageException("version " + step.getPolicyVersion() + " was made by '" + step.getPhase()
                    + "', not by an RL step: --recompute works for RL steps only");
        }
        try (JudgeModel model = logged.model()) {
            final Refold.Result result = logged.refold(model).upTo(step.getStep());
            System.out.printf(
                    "steps %d to %d learned again: weights %s, %s%n",
                    result.fromStep() + 1,
                    result.step(),
                    result.weightDigest(),
                    result.weightDigest().equals(step.getWeightDigest())
                            ? "as in the journal"
                            : "while the journal has " + step.getWeightDigest());
            result.notComparable().forEach(line -> System.out.println("  " + line));
        }
    }
}
