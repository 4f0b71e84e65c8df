package org.mtrljudge.tasks.pretraining;

import java.util.List;
import java.util.function.Consumer;
import org.mtrljudge.settings.Check;
import org.mtrljudge.tasks.ExampleImage;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.scene.SceneSampler;
import org.mtrljudge.tasks.verdict.Label;

/** What judge-tiny is pretrained on: captions, texts that are looked up, and instructions, all about scenes of the training split. */
public final class Corpus implements ExampleSource {
    private static final String TASK = "pretraining";

    private final long seed;
    private final int trainSize;
    private final Shares shares;

    /**
     * The shares of the kinds of examples; what is left are captions.
     *
     * @param lookups texts that are looked up in the picture, 0..1
     * @param instructions see {@link Instructions}, 0..1
     * @param mistakes the share of an instruction's yes-or-no answers that are wrong, 0..0.5: a general model is no expert
     */
    public record Shares(double lookups, double instructions, double mistakes) {
        public Shares {
            Check.range("lookups", lookups, 0, 1);
            Check.range("lookups and instructions", lookups + instructions, 0, 1);
            Check.range("mistakes", mistakes, 0, 0.5);
        }
    }

    public Corpus(final long seed, final int trainSize, final Shares shares) {
        this.seed = seed;
        this.trainSize = trainSize;
        this.shares = shares;
    }

    @Override
    public List<String> tasks(final Split split) {
        return split == Split.TRAIN ? List.of(TASK) : List.of();
    }

    @Override
    public int size(final String task, final Split split) {
        return split == Split.TRAIN ? trainSize : 0;
    }

    @Override
    public JudgeExample example(final String task, final Split split, final int index) {
        final Lesson lesson = lesson(index);
        return new JudgeExample(
                TASK + "-" + index,
                TASK,
                lesson.prompt(),
                lesson.pictures().stream()
                        .map(picture -> new ExampleImage(picture.toPng(), null))
                        .toList(),
                lesson.completion(),
                Label.of(),
                null,
                lesson.completion(),
                null);
    }

    /** Writes the first examples as text, the completion below its prompt. */
    public void print(final int examples, final Consumer<String> out) {
        for (int i = 0; i < examples; i++) {
            final Lesson lesson = lesson(i);
            out.accept(lesson.prompt() + "\n" + lesson.completion() + "\n");
        }
    }

    /** The same index always gives the same example. */
    Lesson lesson(final int index) {
        final SceneSampler draw = SceneSampler.at(seed, index, Split.TRAIN);
        final double kind = draw.random().nextDouble();
        if (kind < shares.lookups) {
            return Descriptions.lookup(draw);
        }
        return kind < shares.lookups + shares.instructions
                ? Instructions.draw(draw, shares.mistakes)
                : Descriptions.caption(draw);
    }
}
