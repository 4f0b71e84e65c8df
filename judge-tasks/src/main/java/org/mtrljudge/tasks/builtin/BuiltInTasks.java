package org.mtrljudge.tasks.builtin;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.Check;
import org.mtrljudge.tasks.ExampleImage;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.PromptTemplate;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.scene.SceneSampler;
import org.mtrljudge.tasks.verdict.Label;
import org.mtrljudge.tasks.verdict.VerdictType;

/**
 * Tasks on drawn scenes, by the type of their verdicts. Those with labels are six binary training tasks, and held-out tasks that are out of
 * distribution: two pairwise ones, one of these in other words with the meaning of yes and no swapped, and a training task with other labels. Examples are drawn from a seed and rendered on demand. Verdicts are true by construction, and every split is balanced.
 */
public final class BuiltInTasks implements ExampleSource {
    private static final List<BuiltInTask> HELD_OUT = List.of(
            new PairAlignment(),
            new PairSafety(),
            new Reworded("pair-second", new PairAlignment(), YesNoTask.YES_NO, true),
            new Reworded("alignment-true", new Alignment(), Label.of("true", "false"), false));
    private static final List<String> USUAL_HELD_OUT = List.of("pair-alignment", "pair-safety");
    private static final String LABEL = "label";

    /** The tasks that are trained, by the name of the type of their verdicts. */
    private static final Map<String, List<BuiltInTask>> TRAINED = Map.of(
            LABEL,
            List.of(
                    new Alignment(),
                    new Preference(),
                    new Safety(),
                    new Technical(),
                    new Rationality(),
                    new Naturalness()),
            "score",
            List.of(new Sharpness(), new Clutter()),
            "pair",
            List.of(new SharpnessPair()),
            "rank",
            List.of(new MatchRank()),
            "rubric",
            List.of(new PictureRubric()));

    private final Map<String, BuiltInTask> tasks = new LinkedHashMap<>();
    private final Map<String, PromptTemplate> templates = new LinkedHashMap<>();
    private final List<String> trained = new ArrayList<>();
    private final long seed;
    private final int trainSize;
    private final int validationSize;
    private final int testSize;

    /** The tasks with labels. */
    public BuiltInTasks(final long seed, final int trainSize, final int validationSize, final int testSize) {
        this(seed, trainSize, validationSize, testSize, List.of(LABEL), USUAL_HELD_OUT);
    }

    /**
     * Sizes are examples per task.
     *
     * @param types the names of types of verdicts: label, score, pair, rank, rubric
     * @param heldOut the names of held-out tasks, which are only tested; they belong to the tasks with labels
     * @throws IllegalArgumentException when there is no such type or held-out task
     */
    public BuiltInTasks(
            final long seed,
            final int trainSize,
            final int validationSize,
            final int testSize,
            final List<String> types,
            final List<String> heldOut) {
        this.seed = seed;
        this.trainSize = trainSize;
        this.validationSize = validationSize;
        this.testSize = testSize;
        checkTypes("data.verdicts", types);
        types.forEach(type -> add(type).forEach(task -> trained.add(task.name())));
        checkHeldOut("data.held_out", heldOut);
        if (types.contains(LABEL)) {
            HELD_OUT.stream().filter(task -> heldOut.contains(task.name())).forEach(this::add);
        }
    }

    /**
     * @param key the name of the setting with these types
     * @throws IllegalArgumentException when there is none, or a type is unknown or named twice
     */
    public static void checkTypes(final String key, final List<String> types) {
        types.forEach(type ->
                Check.choice(key, type, TRAINED.keySet().stream().sorted().toList()));
        Check.range("the number of " + key, types.size(), 1, TRAINED.size());
        if (Set.copyOf(types).size() < types.size()) {
            throw new IllegalArgumentException(key + " names a type twice: " + types);
        }
    }

    /**
     * @param key the name of the setting with these tasks
     * @throws IllegalArgumentException when one is no held-out task
     */
    public static void checkHeldOut(final String key, final List<String> tasks) {
        final List<String> known = HELD_OUT.stream().map(BuiltInTask::name).toList();
        tasks.forEach(task -> Check.choice(key, task, known));
    }

    private List<BuiltInTask> add(final String type) {
        final List<BuiltInTask> own = TRAINED.getOrDefault(type, List.of());
        own.forEach(this::add);
        return own;
    }

    private void add(final BuiltInTask task) {
        tasks.put(task.name(), task);
        templates.put(task.name(), PromptTemplate.resource(task.name()));
    }

    /** The tasks that are only tested, where nothing else is said. */
    public static List<String> heldOut() {
        return USUAL_HELD_OUT;
    }

    /** The tasks with labels that have a training split. */
    public static List<String> trained() {
        return TRAINED.getOrDefault(LABEL, List.of()).stream()
                .map(BuiltInTask::name)
                .toList();
    }

    /** The type of the verdicts of a task; null when there is no such built-in task. */
    public static @Nullable VerdictType verdictTypeOf(final String task) {
        return Stream.concat(TRAINED.values().stream().flatMap(List::stream), HELD_OUT.stream())
                .filter(builtIn -> builtIn.name().equals(task))
                .findFirst()
                .map(BuiltInTask::verdictType)
                .orElse(null);
    }

    @Override
    public List<String> tasks(final Split split) {
        return split == Split.TEST ? List.copyOf(tasks.keySet()) : List.copyOf(trained);
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
        final BuiltInTask.Answered answered = builtIn.draw(draw, index);
        final BuiltInTask.Case drawn = answered.asked();
        return new JudgeExample(
                task + "-" + split.lowerName() + "-" + index,
                task,
                template.fill(drawn.text()),
                drawn.pictures().stream()
                        .map(p -> new ExampleImage(p.toPng(), null))
                        .toList(),
                answered.answer(),
                builtIn.verdictType(),
                null,
                drawn.reasoning() == null ? null : drawn.reasoning().then(answered.answer()),
                null);
    }
}
