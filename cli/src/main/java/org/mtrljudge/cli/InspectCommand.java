package org.mtrljudge.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.standalone.run.NewestGroups;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "inspect", description = "Shows rollouts from the log of a run: prompt, reasoning, verdict, reward.")
final class InspectCommand implements Callable<Integer> {
    @Mixin
    private ExistingRun run = new ExistingRun();

    @Option(names = "--task", description = "shows only groups of this task")
    private @Nullable String task;

    @Option(names = "--count", description = "number of groups to show (default: ${DEFAULT-VALUE})")
    private int count = 3;

    @Option(names = "--completions", description = "completions to show per group (default: ${DEFAULT-VALUE})")
    private int completions = 3;

    @Option(names = "--purpose", description = "purpose of the rollouts: TRAIN or EVAL (default: ${DEFAULT-VALUE})")
    private Purpose purpose = Purpose.TRAIN;

    @Override
    public Integer call() {
        final List<ScoredGroup> newest = run.withLog(clients -> new NewestGroups(purpose, task, count).in(clients));
        if (newest.isEmpty()) {
            System.out.println("the log of " + run.name() + " has no scored groups with this --purpose and --task");
        }
        newest.forEach(this::print);
        return 0;
    }

    private void print(final ScoredGroup group) {
        final PromptRequest prompt = group.getRollout().getPrompt();
        System.out.printf(
                "── %s · %s · policy version %d by %s%n",
                prompt.getTask(),
                prompt.getPromptId(),
                group.getRollout().getPolicyVersion(),
                group.getRollout().getActorId());
        System.out.println(prompt.getText().indent(3).stripTrailing());
        System.out.println("   label: " + prompt.getReference());
        for (int i = 0; i < Math.min(completions, group.getScores().size()); i++) {
            final CompletionScore score = group.getScores().get(i);
            System.out.println(
                    "   > " + group.getRollout().getCompletions().get(i).getText());
            System.out.printf(
                    "     reward %.2f advantage %+.2f %s%n",
                    score.getTotal(),
                    score.getAdvantage(),
                    score.getReason() == null ? "" : "(" + score.getReason() + ")");
            if (score.getSaid() != null) {
                score.getSaid().forEach(said -> System.out.println("     judge: " + said.strip()));
            }
        }
        System.out.println();
    }
}
