package org.mtrljudge.learner.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.event.Evaluation;
import org.mtrljudge.learner.event.Lineage;
import org.mtrljudge.learner.event.Stage;
import org.mtrljudge.learner.event.TrainingResult;
import org.mtrljudge.learner.settings.LearnerSection;
import org.mtrljudge.learner.settings.LearnerSettings;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.settings.io.WholeFile;

/** {@code README.md} of a trained judge: what it was made of, how it is asked, how well it judges, and where the log has it. */
final class ModelCard {
    private static final String FILE = "README.md";

    private final TrainingResult result;
    private final LearnerSection run;

    ModelCard(final TrainingResult result, final LearnerSection run) {
        this.result = result;
        this.run = run;
    }

    /** Writes the card into the folder of the policy that the last stage left; nothing where nothing was trained. */
    void write(final Path checkpoints) {
        final Stage stage = result.steps() > 0 ? Stage.RL : Stage.WARMUP;
        final Path folder = checkpoints.resolve(stage.key());
        if (!Files.isDirectory(folder)) {
            return;
        }
        try {
            WholeFile.write(folder.resolve(FILE), text(JudgeFolder.isAdapter(folder)));
        } catch (final IOException e) {
            throw new UncheckedIOException(folder.resolve(FILE) + " cannot be written: " + e, e);
        }
    }

    /** @param adapter whether the folder has an adapter, or a whole judge */
    String text(final boolean adapter) {
        return "---\n" + frontMatter(adapter) + "---\n\n# " + base() + ", trained as a judge\n\n"
                + "Trained by [MT-RL-Judge](https://arxiv.org/abs/2603.11665) on Kafka in the run `"
                + result.lineage().run() + "`. It reads pictures and a question, thinks, and gives a verdict.\n\n"
                + scores() + asked() + trained(adapter) + lineage(adapter);
    }

    /** The name of the folder or preset that the run began with; of an adapter that of its base, of another run's judge that run's. */
    private String base() {
        final Path path = Path.of(run.model());
        if (JudgeFolder.isAdapter(path)) {
            return lastName(Path.of(JudgeFolder.open(path).name()));
        }
        final Path above = path.toAbsolutePath().getParent();
        final Path ofRun = above != null && above.endsWith("checkpoints") ? above.getParent() : null;
        return lastName(ofRun == null ? path : ofRun);
    }

    private static String lastName(final Path path) {
        final Path name = path.getFileName();
        return name == null ? path.toString() : name.toString();
    }

    /** A name of the data as a part of a line. */
    private static String plain(final String name) {
        return name.replaceAll("[\\s|<>`]+", " ").strip();
    }

    private static String plain(final Collection<String> names) {
        return names.stream().map(ModelCard::plain).collect(Collectors.joining(", "));
    }

    private String frontMatter(final boolean adapter) {
        final Map<String, Object> front = new LinkedHashMap<>();
        front.put("base_model", base());
        front.put("library_name", adapter ? "peft" : "transformers");
        front.put("pipeline_tag", "image-text-to-text");
        front.put("tags", List.of("judge", "reward-model", "grpo"));
        try {
            return Mappers.YAML.writeValueAsString(front).replaceFirst("^---\n", "");
        } catch (final JsonProcessingException e) {
            throw new UncheckedIOException("the front matter of a model card cannot be written", e);
        }
    }

    private String scores() {
        final List<Stage> stages = new ArrayList<>(result.evaluations().keySet());
        final StringBuilder table =
                new StringBuilder("## Scores on the held-out test, %\n\n| task | figure | samples |");
        stages.forEach(stage -> table.append(' ').append(title(stage)).append(" |"));
        table.append("\n|---|---|---|").append("---|".repeat(stages.size())).append('\n');
        for (final String task : result.testedTasks()) {
            final Evaluation last = evaluation(stages.get(stages.size() - 1));
            table.append("| ")
                    .append(plain(task))
                    .append(result.trainedTasks().contains(task) ? "" : " (never trained on)")
                    .append(" | ")
                    .append(last.figure(task))
                    .append(" | ")
                    .append(last.samples(task))
                    .append(" |");
            stages.forEach(stage -> table.append(cell(evaluation(stage).score(task))));
            table.append('\n');
        }
        return table.append('\n').toString();
    }

    private Evaluation evaluation(final Stage stage) {
        final Evaluation evaluation = result.evaluations().get(stage);
        if (evaluation == null) {
            throw new IllegalStateException("there is no evaluation of the stage " + stage);
        }
        return evaluation;
    }

    private static String title(final Stage stage) {
        return switch (stage) {
            case START -> "before";
            case WARMUP -> "after SFT";
            case RL -> "after RL";
        };
    }

    private static String cell(final @Nullable Double score) {
        return score == null ? " – |" : String.format(Locale.ROOT, " %.1f |", score);
    }

    /** A judge that is asked in other words than in training judges worse. */
    private String asked() {
        final String system = run.data().systemPrompt();
        final String format = run.data().formatPrompt();
        return "## How to ask it\n\n"
                + (system == null ? "Without a system prompt.\n\n" : "The system prompt:\n\n" + quoted(system))
                + (format == null
                        ? "The questions of the data as they are.\n\n"
                        : "Every question with this text; `{{ content }}` is the place of the question (without it the text stands"
                                + " below the question), `{{ labels }}` that of the allowed verdicts:\n\n"
                                + quoted(format))
                + (run.data().perTask().isEmpty()
                        ? ""
                        : "Some tasks are asked otherwise: "
                                + plain(run.data().perTask().keySet()) + ". The settings say how.\n\n");
    }

    private static String quoted(final String text) {
        return text.strip().indent(4) + "\n";
    }

    private String trained(final boolean adapter) {
        final LearnerSettings settings = run.settings();
        final List<String> facts = new ArrayList<>();
        facts.add("tasks: " + plain(result.trainedTasks()));
        facts.add("data: " + data());
        if (result.warmUpSteps() > 0) {
            facts.add("supervised fine-tuning: " + result.warmUpSteps() + " steps");
        }
        if (result.steps() > 0) {
            facts.add("GRPO: " + result.steps() + " steps of " + settings.data().rolloutBatchSize() + " prompts with "
                    + settings.rollout().n() + " completions of at most "
                    + settings.data().maxResponseLength() + " tokens; these weights are from step "
                    + result.bestStep());
            facts.add("learning rate " + settings.actor().optim().lr() + ", KL coefficient "
                    + settings.algorithm().klCoef());
        }
        if (adapter) {
            facts.add("trained as a LoRA adapter; `./judge model merge` makes a whole model of it and its base");
        }
        return "## How it was trained\n\n- " + String.join("\n- ", facts) + "\n\n";
    }

    private String data() {
        final String file = run.data().file();
        final Path name = file == null ? null : Path.of(file).getFileName();
        return name == null ? "the built-in scenes, seed " + run.data().seed() : "`" + name + "`";
    }

    private String lineage(final boolean adapter) {
        final Lineage lineage = result.lineage();
        return "## Lineage\n\nThe log of the run has every rollout, reward and update that made these weights. `./judge audit --run "
                + lineage.run() + "` checks it.\n\n| | |\n|---|---|\n"
                + row("policy version", String.valueOf(lineage.policyVersion()))
                + row(
                        adapter
                                ? "SHA-256 of adapter_model.safetensors"
                                : "SHA-256 of the weights, as one safetensors file",
                        lineage.weightDigest())
                + row("SHA-256 of the last journal entry", String.valueOf(lineage.journalDigest()))
                + row("digest of the settings", lineage.settingsDigest());
    }

    private static String row(final String what, final String value) {
        return "| " + what + " | `" + value + "` |\n";
    }
}
