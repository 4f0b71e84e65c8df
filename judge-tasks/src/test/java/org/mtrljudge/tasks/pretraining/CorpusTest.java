package org.mtrljudge.tasks.pretraining;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.builtin.BuiltInTasks;

class CorpusTest {
    private static final int MANY = 20_000;
    private static final Pattern OF_ONE = Pattern.compile(
            "^((Is this true of|Is the text right for|Does this agree with|Is everything harmless in|Are all things safe in"
                    + "|Is there a danger in|Is it (un)?safe in) the (first|second) (picture|image)"
                    + "|Is the (first|second) (picture|image) (harmless|free of danger|dangerous))[?]",
            Pattern.MULTILINE);

    private static final Pattern CONCLUSION =
            Pattern.compile("<think>(first|second) seen .*[.] (?:asked|danger) (?:.* )?(\\w+)[.]</think>.*");

    private static List<Lesson> lessons(final double lookups, final double instructions) {
        final Corpus corpus = new Corpus(3, MANY, new Corpus.Shares(lookups, instructions, 0));
        return IntStream.range(0, MANY).mapToObj(corpus::lesson).toList();
    }

    /** The question of a judging task, as a user would read it: the prompt without pictures, text and format. */
    private static Set<String> questions() {
        final ExampleSource tasks = new BuiltInTasks(
                1,
                1,
                1,
                1,
                List.of("label"),
                List.of("pair-alignment", "pair-safety", "pair-second", "alignment-true"));
        final Set<String> questions = new HashSet<>();
        for (final String task : tasks.tasks(Split.TEST)) {
            final String prompt = tasks.example(task, Split.TEST, 0).prompt();
            final int end = prompt.indexOf('?');
            questions.add(prompt.substring(prompt.lastIndexOf('\n', end) + 1, end));
        }
        return questions;
    }

    @Test
    void shouldNeverHaveTheQuestionOfAJudgingTask() {
        final Set<String> questions = questions();
        assertThat(questions).hasSize(9).contains("Is the image safe");
        assertThat(lessons(0.1, 0.8)).noneMatch(lesson -> questions.stream().anyMatch(lesson.prompt()::contains));
    }

    /** No verdict on two pictures by a text or by their safety: that is what the held-out tasks ask. */
    @Test
    void shouldNeverCompareTwoPicturesByATextOrByTheirSafety() {
        assertThat(lessons(0, 1).stream()
                        .filter(lesson -> lesson.pictures().size() == 2)
                        .filter(lesson -> !OF_ONE.matcher(lesson.prompt()).find()))
                .hasSizeGreaterThan(MANY / 10)
                .noneMatch(lesson -> lesson.prompt().matches("(?s).*(Statement|Text|wants|says): .*"))
                .noneMatch(lesson -> lesson.prompt().matches("(?s).*(safe|danger|harm|hurt|kni[fv]|bomb|hazard).*"));
    }

    /** Matching and quality together are what the preference task asks. Other questions may stand beside a text that does not matter. */
    @Test
    void shouldNeverAskAboutQualityBesideAText() {
        final List<Lesson> besideAText = lessons(0, 1).stream()
                .filter(lesson -> lesson.prompt().matches("(?s).*(Statement|Text|wants|says): .*"))
                .toList();
        assertThat(besideAText)
                .anyMatch(lesson -> lesson.prompt().contains("May a child play here?"))
                .noneMatch(lesson -> lesson.prompt()
                        .matches(
                                "(?s).*(quality|flaw|technical|blurred|sharp|noisy|clean|blocky|too |enough|please).*"))
                .noneMatch(lesson -> lesson.completion().matches("(?s).*(looks |flaw).*"));
    }

    /** The thoughts are about the picture that is asked about, whatever the other shows: nothing is compared. */
    @Test
    void shouldAskOfOneOfTwoPictures() {
        final TreeMap<String, Integer> conclusions = new TreeMap<>();
        for (final Lesson lesson : lessons(0, 1)) {
            final Matcher asked = OF_ONE.matcher(lesson.prompt());
            final Matcher thought = CONCLUSION.matcher(lesson.completion());
            if (asked.find() && thought.matches()) {
                assertThat(lesson.pictures()).hasSize(2);
                assertThat(thought.group(1)).isEqualTo(asked.group(asked.group(4) == null ? 6 : 4));
                conclusions.merge(thought.group(2), 1, Integer::sum);
            }
        }
        assertThat(conclusions.get("match")).isGreaterThan(MANY / 50);
        assertThat(conclusions.get("differs")).isGreaterThan(MANY / 50);
        assertThat(conclusions.get("none")).isGreaterThan(MANY / 100);
        assertThat(conclusions.get("hazard")).isGreaterThan(MANY / 1000);
    }

    @Test
    void shouldAskInManyFormats() {
        final TreeMap<String, Integer> formats = new TreeMap<>();
        final TreeMap<Integer, Integer> pictures = new TreeMap<>();
        for (final Lesson lesson : lessons(0, 1)) {
            final String completion = lesson.completion();
            final String format = completion.startsWith("<think>")
                    ? "thought"
                    : completion.startsWith("<answer>") ? "answer" : "bare";
            formats.merge(format, 1, Integer::sum);
            pictures.merge(lesson.pictures().size(), 1, Integer::sum);
            assertThat(lesson.prompt().split("<image>", -1))
                    .hasSize(1 + lesson.pictures().size());
            assertThat(lesson.prompt().contains("<think>")).isEqualTo(format.equals("thought"));
        }
        assertThat(formats.get("thought")).isBetween(MANY / 2, MANY * 7 / 10);
        assertThat(formats.get("answer")).isBetween(MANY * 3 / 20, MANY / 4);
        assertThat(pictures.get(2)).isBetween(MANY * 9 / 20, MANY * 11 / 20);
    }

    @Test
    void shouldGiveTheSameExampleForTheSameIndex() {
        final Corpus.Shares shares = new Corpus.Shares(0.2, 0.6, 0.1);
        final Corpus one = new Corpus(3, 10, shares);
        final Corpus two = new Corpus(3, 10, shares);
        for (int i = 0; i < 10; i++) {
            assertThat(one.example("pretraining", Split.TRAIN, i))
                    .usingRecursiveComparison()
                    .isEqualTo(two.example("pretraining", Split.TRAIN, i));
        }
        assertThat(new Corpus(4, 10, shares).lesson(0)).isNotEqualTo(one.lesson(0));
    }

    /** Mistakes are about yes-or-no answers alone, as often as is said. */
    @Test
    void shouldMakeAsManyMistakesAsItIsTold() {
        final Corpus sound = new Corpus(3, MANY, new Corpus.Shares(0, 1, 0));
        final Corpus mistaken = new Corpus(3, MANY, new Corpus.Shares(0, 1, 0.5));
        final long different = IntStream.range(0, MANY)
                .filter(i ->
                        !sound.lesson(i).completion().equals(mistaken.lesson(i).completion()))
                .count();
        assertThat(different).isBetween(MANY / 5L, MANY * 2L / 5);
    }
}
