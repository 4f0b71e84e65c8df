package org.mtrljudge.learner.event;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The ids of prompts: {@code train-NUMBER-EXAMPLE}, {@code eval-STAGE-EXAMPLE} for the test after a stage, {@code
 * eval-STAGE-STEP-EXAMPLE} for a validation, {@code eval-EXAMPLE} for the evaluation of a model. The ids of a test or a validation that
 * is repeated with other weights begin with {@code eval-vVERSION-}. Their format must not change, because logs contain them.
 */
public final class PromptIds {
    private static final Pattern TRAINING = Pattern.compile("train-(\\d{1,18})-(.*)", Pattern.DOTALL);
    private static final String EVALUATION = "eval-";
    private static final Pattern VALIDATION =
            Pattern.compile(EVALUATION + "(warmup|rl)-(\\d{1,9})-(.*)", Pattern.DOTALL);

    private static final Pattern REPEATED =
            Pattern.compile(EVALUATION + "v\\d{1,9}-((?:base|warmup|rl)-.*)", Pattern.DOTALL);

    private PromptIds() {}

    /** @param number the number of the training prompt in its run, from 0 */
    public static String training(final long number, final String exampleId) {
        return "train-" + number + "-" + exampleId;
    }

    /**
     * The id of the example of a training prompt.
     *
     * @throws LearnerException when the id is not the id of a training prompt
     */
    public static String trainingExample(final String promptId) {
        return parsed(promptId).group(2);
    }

    /**
     * The number of a training prompt in its run, from 0.
     *
     * @throws LearnerException when the id is not the id of a training prompt
     */
    public static long trainingNumber(final String promptId) {
        return Long.parseLong(parsed(promptId).group(1));
    }

    public static boolean isTraining(final String promptId) {
        return TRAINING.matcher(promptId).matches();
    }

    public static boolean isEvaluation(final String promptId) {
        return promptId.startsWith(EVALUATION);
    }

    private static Matcher parsed(final String promptId) {
        final Matcher matcher = TRAINING.matcher(promptId);
        if (!matcher.matches()) {
            throw new LearnerException(
                    "the id of a training prompt in the log is " + promptId + ", but must be train-NUMBER-EXAMPLE");
        }
        return matcher;
    }

    public static String evaluation(final String exampleId) {
        return EVALUATION + exampleId;
    }

    public static String test(final Stage after, final String exampleId) {
        return EVALUATION + after.key() + "-" + exampleId;
    }

    public static String validation(final Stage stage, final int step, final String exampleId) {
        return EVALUATION + stage.key() + "-" + step + "-" + exampleId;
    }

    /**
     * The id of a prompt of a test or a validation that is asked again, because a resumed learner computed other weights than those that
     * the first answer is about.
     *
     * @param first the id of the first prompt
     * @param version the policy version of the other weights
     */
    public static String repeated(final String first, final int version) {
        return EVALUATION + "v" + version + "-" + first.substring(EVALUATION.length());
    }

    private static String withoutVersion(final String promptId) {
        final Matcher matcher = REPEATED.matcher(promptId);
        return matcher.matches() ? EVALUATION + matcher.group(1) : promptId;
    }

    /**
     * The id of the example if the prompt belongs to the test after a stage. The id of an example can look like a step and the id
     * of another example, so the caller has to look up the example before it uses the result.
     */
    public static Optional<String> testedExample(final String promptId, final Stage after) {
        final String start = test(after, "");
        final String first = withoutVersion(promptId);
        return first.startsWith(start) ? Optional.of(first.substring(start.length())) : Optional.empty();
    }

    /**
     * A prompt of a validation.
     *
     * @param step the step of the stage after which the validation ran
     */
    public record Validation(Stage stage, int step, String exampleId) {}

    /** The validation and the example of a validation prompt. The result is as uncertain as that of {@link #testedExample}. */
    public static Optional<Validation> validatedExample(final String promptId) {
        final Matcher matcher = VALIDATION.matcher(withoutVersion(promptId));
        return matcher.matches()
                ? Optional.of(new Validation(
                        Stage.of(matcher.group(1)), Integer.parseInt(matcher.group(2)), matcher.group(3)))
                : Optional.empty();
    }
}
