package org.mtrljudge.tasks.builtin;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.mtrljudge.tasks.ExampleImage;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.PromptTemplate;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.scene.SceneSampler;

/**
 * Six binary training tasks and two pairwise tasks that are out of distribution. Examples are drawn from a seed and rendered on demand.
 * Labels are true by construction and alternate, so every split is balanced. Difficulty cycles through 1, 2, 3.
 */
public final class BuiltInTasks implements ExampleSource {
    /** The verdicts of every built-in task. */
    public static final List<String> LABELS = List.of("yes", "no");

    private static final List<BuiltInTask> TRAINED = List.of(
            new Alignment(), new Preference(), new Safety(), new Technical(), new Rationality(), new Naturalness());
    private static final List<BuiltInTask> HELD_OUT = List.of(new PairAlignment(), new PairSafety());

    private final Map<String, BuiltInTask> tasks = new LinkedHashMap<>();
    private final Map<String, PromptTemplate> templates = new LinkedHashMap<>();
    private final long seed;
    private final int trainSize;
    private final int validationSize;
    private final int testSize;

    /** Sizes are examples per task. */
    public BuiltInTasks(final long seed, final int trainSize, final int validationSize, final int testSize) {
        this.seed = seed;
        this.trainSize = trainSize;
        this.validationSize = validationSize;
        this.testSize = testSize;
        final List<BuiltInTask> all = new ArrayList<>(TRAINED);
        all.addAll(HELD_OUT);
        all.forEach(task -> {
            tasks.put(task.name(), task);
            templates.put(task.name(), PromptTemplate.resource(task.name()));
        });
    }

    /** The tasks that are only tested. */
    public static List<String> heldOut() {
        return HELD_OUT.stream().map(BuiltInTask::name).toList();
    }

    /** The tasks with a training split. */
    public static List<String> trained() {
        return TRAINED.stream().map(BuiltInTask::name).toList();
    }

    @Override
    public List<String> tasks(final Split split) {
        return split == Split.TEST ? List.copyOf(tasks.keySet()) : trained();
    }

    @Override
    public int size(final String task, final Split split) {
        return switch (split) {
            case TRAIN -> trainSize;
            case VALIDATION -> validationSize;
            case TEST -> testSize;
        };
    }

    @Override
    public JudgeExample example(final String task, final Split split, final int index) {
        final BuiltInTask builtIn = tasks.get(task);
        final PromptTemplate template = templates.get(task);
        if (builtIn == null || template == null) {
            throw new IllegalArgumentException("no built-in task '" + task + "'; there are " + tasks.keySet());
        }
        if (index < 0 || index >= size(task, split)) {
            throw new IllegalArgumentException(task + " has " + size(task, split) + " " + split.lowerName()
                    + " examples, so there is no number " + index);
        }
        final long place = ((long) task.hashCode() << 32) + ((long) split.ordinal() << 28) + index;
        final SceneSampler draw = SceneSampler.at(seed, place, split);
        final boolean positive = index % 2 == 0;
        final BuiltInTask.Case drawn = builtIn.draw(draw, positive, 1 + index / 2 % 3);
        final String answer = LABELS.get(positive ? 0 : 1);
        return new JudgeExample(
                task + "-" + split.lowerName() + "-" + index,
                task,
                template.fill(drawn.text()),
                drawn.pictures().stream()
                        .map(p -> new ExampleImage(p.toPng(), null))
                        .toList(),
                answer,
                LABELS,
                null,
                drawn.reasoning() == null ? null : drawn.reasoning().then(answer),
                null);
    }
}
