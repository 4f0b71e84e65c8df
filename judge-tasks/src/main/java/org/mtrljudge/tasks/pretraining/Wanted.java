package org.mtrljudge.tasks.pretraining;

import java.util.List;
import org.mtrljudge.tasks.scene.SceneSampler;

/** How a prompt wants its answer: the words that are allowed, and the tags around them. */
record Wanted(String labels, String format, Tags tags, String positive, String negative) {

    /** What the answer stands in. */
    enum Tags {
        /** {@code <think>thought</think><answer>label</answer>}. */
        THOUGHT(List.of(
                "Think in <think></think>, then answer in <answer></answer>.",
                "First think in <think></think>. Then give the answer in <answer></answer>.",
                "Put your thoughts in <think></think> and the answer in <answer></answer>.")),
        /** {@code <answer>label</answer>}. */
        ANSWER(List.of(
                "Answer in <answer></answer>, without thoughts.",
                "Put only the answer in <answer></answer>.",
                "Answer with the label only, in <answer></answer>.")),
        /** The label alone. */
        NONE(List.of("Answer with the label only.", "Give the answer only, without tags."));

        private final List<String> wordings;

        Tags(final List<String> wordings) {
            this.wordings = wordings;
        }
    }

    /** Two labels, and what the prompt says of them. */
    private record Vocabulary(String positive, String negative, List<String> wordings) {}

    private static final Vocabulary YES =
            new Vocabulary("yes", "no", List.of("Answer yes or no.", "Answer no or yes.", "Say yes or no."));
    private static final double YES_SHARE = 0.6;
    private static final List<Vocabulary> OTHER_TRUTHS = List.of(
            new Vocabulary("true", "false", List.of("Answer true or false.", "Say true or false.")),
            new Vocabulary(
                    "correct", "incorrect", List.of("Answer correct or incorrect.", "Say correct or incorrect.")),
            new Vocabulary("1", "0", List.of("Answer 1 for yes or 0 for no.", "Answer 0 for no or 1 for yes.")),
            new Vocabulary(
                    "A", "B", List.of("A means yes, B means no. Answer A or B.", "A: yes. B: no. Answer A or B.")),
            new Vocabulary(
                    "B", "A", List.of("A means no, B means yes. Answer A or B.", "A: no. B: yes. Answer A or B.")));
    private static final List<Vocabulary> PLACES = List.of(
            new Vocabulary("first", "second", List.of("Answer first or second.", "Say first or second.")),
            new Vocabulary("1", "2", List.of("Answer 1 or 2.", "Say 1 or 2.")),
            new Vocabulary("A", "B", List.of("A is the first, B is the second. Answer A or B.")));

    /** Draws one for a kind of answer. Three of five want a thought. */
    static Wanted draw(final Instruction.Answer answer, final SceneSampler draw) {
        final Tags tags = draw.pick(List.of(Tags.THOUGHT, Tags.THOUGHT, Tags.THOUGHT, Tags.ANSWER, Tags.NONE));
        final String format = draw.pick(tags.wordings);
        if (answer instanceof Instruction.Answer.Words) {
            return new Wanted("", format, tags, "", "");
        }
        final Vocabulary vocabulary = answer instanceof Instruction.Answer.Which
                ? draw.pick(PLACES)
                : draw.random().nextDouble() < YES_SHARE ? YES : draw.pick(OTHER_TRUTHS);
        return new Wanted(" " + draw.pick(vocabulary.wordings), format, tags, vocabulary.positive, vocabulary.negative);
    }

    /** The answer in the words that are allowed. */
    String label(final Instruction.Answer answer) {
        if (answer instanceof Instruction.Answer.Words words) {
            return words.text();
        }
        final boolean positive = answer instanceof Instruction.Answer.Truth truth
                ? truth.holds()
                : ((Instruction.Answer.Which) answer).first();
        return positive ? positive() : negative();
    }

    /** The completion as it is wanted. */
    String completion(final Instruction asked) {
        final String label = label(asked.answer());
        return switch (tags) {
            case THOUGHT -> asked.thought().then(label);
            case ANSWER -> "<answer>" + label + "</answer>";
            case NONE -> label;
        };
    }
}
