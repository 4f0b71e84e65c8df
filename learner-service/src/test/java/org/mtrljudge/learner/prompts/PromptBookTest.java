package org.mtrljudge.learner.prompts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.mtrljudge.learner.event.LearnerException;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.verdict.Label;

class PromptBookTest {
    private static final int ROOM = 100;

    /** Task "a" has two questions in both orders (0 with 2, 1 with 3), task "b" has four questions in one order. */
    private final ExampleSource source = new ExampleSource() {
        @Override
        public List<String> tasks(final Split split) {
            return List.of("a", "b");
        }

        @Override
        public int size(final String task, final Split split) {
            return 4;
        }

        @Override
        public List<Integer> otherOrders(final String task, final Split split, final int index) {
            return task.equals("a") ? List.of((index + 2) % 4) : List.of();
        }

        @Override
        public JudgeExample example(final String task, final Split split, final int index) {
            return new JudgeExample(task + "-" + index, task, "?", List.of(), "yes", Label.of("yes"), null, null, null);
        }
    };

    private PromptBook book(final PromptBook.Kept from) {
        return new PromptBook(source, 1, from);
    }

    private static List<PromptBook.Next> next(final PromptBook book, final int count) {
        final List<PromptBook.Next> asked = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            asked.add(book.next(ROOM));
        }
        return asked;
    }

    private static PromptBook.Kept kept(final PromptBook book, final long asked) {
        return new PromptBook.Kept(book.schedule(), book.open(), book.unasked(), asked);
    }

    @Test
    void shouldNumberPromptsAndKeepThemOpenUntilTheyAreLearnedOrLeftOut() {
        final PromptBook book = book(PromptBook.Kept.NONE);
        final List<PromptBook.Next> asked = next(book, 3);
        assertThat(asked.get(0).promptId())
                .isEqualTo("train-0-" + asked.get(0).drawn().example().id());
        assertThat(asked.get(2).promptId())
                .isEqualTo("train-2-" + asked.get(2).drawn().example().id());
        book.removeOpen(List.of(asked.get(1).promptId()));
        assertThat(book.open())
                .extracting(OpenPrompt::promptId)
                .containsExactly(asked.get(0).promptId(), asked.get(2).promptId());
        assertThat(book.open().get(1).place()).isEqualTo(asked.get(2).drawn().place());
    }

    @Test
    void shouldContinueFromACheckpointWithLaterPromptsFromTheLog() {
        final PromptBook whole = book(PromptBook.Kept.NONE);
        final List<PromptBook.Next> before = next(whole, 4);
        final PromptBook.Kept checkpoint = kept(whole, 4);
        // sent, but not in the checkpoint
        final List<PromptBook.Next> after = next(whole, 3);

        final PromptBook resumed = book(checkpoint);
        after.forEach(prompt -> resumed.enterLogged(prompt.promptId()));
        assertThat(resumed.open()).isEqualTo(whole.open()).hasSize(before.size() + after.size());
        assertThat(resumed.schedule()).isEqualTo(whole.schedule());
        assertThat(resumed.next(ROOM)).isEqualTo(whole.next(ROOM));
    }

    @Test
    void shouldRefuseALogOfOtherData() {
        assertThatThrownBy(() -> book(PromptBook.Kept.NONE).enterLogged("train-0-another"))
                .isInstanceOf(LearnerException.class)
                .hasMessageContaining("another");
    }

    @Test
    void shouldAskAForksExamplesFirst() {
        final PromptSchedule.Place place = new PromptSchedule.Place("b", 2, null);
        final PromptBook.Kept fork = new PromptBook.Kept(PromptSchedule.Position.START, List.of(), List.of(place), 0);
        final PromptBook book = book(fork);
        final PromptBook.Next first = book.next(ROOM);
        assertThat(first.promptId()).isEqualTo("train-0-b-2");
        assertThat(first.drawn().place()).isEqualTo(place);
        assertThat(book.unasked()).isEmpty();
        assertThat(book.next(ROOM)).isNotNull();

        final PromptBook resumed = book(fork);
        // the log gives the same prompt with the same seed
        resumed.enterLogged("train-0-b-2");
        assertThat(resumed.open())
                .isEqualTo(List.of(
                        new OpenPrompt("train-0-b-2", place, first.drawn().seed())));
        assertThat(resumed.unasked()).isEmpty();
    }

    @Test
    void shouldGiveAForkTheOpenPromptsAndOnlyCompletePairs() {
        final PromptSchedule.Place first = new PromptSchedule.Place("a", 0, "pair-1");
        final PromptSchedule.Place second = new PromptSchedule.Place("a", 2, "pair-1");
        final PromptSchedule.Place lonely = new PromptSchedule.Place("a", 1, "pair-7");
        final PromptSchedule.Place single = new PromptSchedule.Place("b", 3, null);
        final PromptBook book = book(new PromptBook.Kept(
                PromptSchedule.Position.START,
                List.of(new OpenPrompt("train-5-a-0", first, 1), new OpenPrompt("train-6-a-1", lonely, 2)),
                List.of(second, single),
                7));
        assertThat(book.openAndUnasked())
                .containsExactly(first, new PromptSchedule.Place("a", 1, null), second, single);
    }

    /** The second order is neither open nor unasked: it is what the schedule draws next. */
    @Test
    void shouldGiveAForkAlsoTheOrdersThatAreDueOfAQuestion() {
        final PromptBook book = book(PromptBook.Kept.NONE);
        final PromptSchedule.Place first = book.next(ROOM).drawn().place();
        assertThat(first.task()).isEqualTo("a");
        final PromptSchedule.Place second = new PromptSchedule.Place("a", (first.index() + 2) % 4, first.pairId());
        final PromptBook fork =
                book(new PromptBook.Kept(book.schedule().withoutLaterOrders(), List.of(), book.openAndUnasked(), 0));
        assertThat(fork.unasked()).containsExactly(first, second);
        fork.next(ROOM);
        assertThat(fork.isLaterOrderNext()).isTrue();
        fork.next(ROOM);
        assertThat(fork.isLaterOrderNext()).isFalse();
        assertThat(fork.next(ROOM).drawn().example().task()).isEqualTo("b");
    }

    @Test
    void shouldKnowWhenTheSecondOrderOfAPairIsNext() {
        final PromptBook drawn = book(PromptBook.Kept.NONE);
        final List<Boolean> seconds = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            seconds.add(drawn.isLaterOrderNext());
            drawn.next(ROOM);
        }
        assertThat(seconds)
                .as("two orders, one single question, two orders")
                .containsExactly(false, true, false, false);
        assertThat(drawn.isLaterOrderNext()).isTrue();

        final PromptSchedule.Place first = new PromptSchedule.Place("a", 0, "pair-1");
        final PromptSchedule.Place second = new PromptSchedule.Place("a", 2, "pair-1");
        final PromptBook fork =
                book(new PromptBook.Kept(PromptSchedule.Position.START, List.of(), List.of(first, second), 0));
        assertThat(fork.isLaterOrderNext()).isFalse();
        fork.next(ROOM);
        assertThat(fork.isLaterOrderNext()).isTrue();
        fork.next(ROOM);
        assertThat(fork.isLaterOrderNext()).isFalse();
    }

    @Test
    void shouldIgnoreANumberThatIsEntered() {
        final PromptBook whole = book(PromptBook.Kept.NONE);
        final List<PromptBook.Next> asked = next(whole, 3);
        final PromptBook resumed = book(PromptBook.Kept.NONE);
        assertThat(resumed.enterLogged(asked.get(0).promptId())).isEqualTo(1);
        assertThat(resumed.enterLogged(asked.get(1).promptId())).isEqualTo(1);
        assertThat(resumed.enterLogged(asked.get(0).promptId()))
                .as("it was asked again")
                .isZero();
        assertThat(resumed.enterLogged("train-1-b-77"))
                .as("by a learner that had lost its run")
                .isZero();
        assertThat(resumed.enterLogged(asked.get(2).promptId())).isEqualTo(1);
        assertThat(resumed.open()).isEqualTo(whole.open());
    }

    /** One prompt is not in the log. Every second prompt was asked in a last place. */
    @Test
    void shouldDrawAgainWhatTheLogHasLost() {
        final PromptBook whole = book(PromptBook.Kept.NONE);
        final List<String> asked = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            asked.add(whole.next(1 + i % 2).promptId());
        }
        for (int lost = 1; lost < 7; lost++) {
            final PromptBook resumed = book(PromptBook.Kept.NONE);
            for (int i = 0; i < 8; i++) {
                if (i != lost) {
                    assertThat(resumed.enterLogged(asked.get(i)))
                            .as("prompt %d after the loss of %d", i, lost)
                            .isEqualTo(i == lost + 1 ? 2 : 1);
                }
            }
            assertThat(resumed.open()).isEqualTo(whole.open());
            assertThat(resumed.schedule()).isEqualTo(whole.schedule());
        }
    }

    @Test
    void shouldDrawAForksExamplesAgainThatTheLogHasLost() {
        final PromptBook.Kept fork = new PromptBook.Kept(
                PromptSchedule.Position.START,
                List.of(),
                List.of(new PromptSchedule.Place("b", 2, null), new PromptSchedule.Place("b", 3, null)),
                0);
        final PromptBook whole = book(fork);
        final List<PromptBook.Next> asked = next(whole, 5);
        final PromptBook resumed = book(fork);
        assertThat(resumed.enterLogged(asked.get(4).promptId())).isEqualTo(5);
        assertThat(resumed.open()).isEqualTo(whole.open());
        assertThat(resumed.unasked()).isEmpty();
    }

    @Test
    void shouldRefuseALogWithoutMostOfItsPrompts() {
        assertThatThrownBy(() -> book(PromptBook.Kept.NONE).enterLogged("train-999999999999-b-1"))
                .isInstanceOf(LearnerException.class)
                .hasMessageContaining("no training prompts with the numbers from 0 on");
    }
}
