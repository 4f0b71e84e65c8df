package org.mtrljudge.learner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.Sampling;

class CreditWindowTest {
    private static PromptRequest prompt(final String id) {
        return new PromptRequest(
                id,
                "t",
                "x",
                List.of(),
                "yes",
                List.of("yes"),
                2,
                new Sampling(1.0, 1.0, 4, 0L),
                Purpose.TRAIN,
                0,
                null);
    }

    @Test
    void shouldHoldCreditUntilAGroupIsLearnedNotMerelyScored() {
        final CreditWindow window = new CreditWindow(2);
        window.publish(prompt("a"));
        window.publish(prompt("b"));
        assertThat(window.answer("a")).isTrue();
        assertThat(window.credit()).isZero();
        assertThat(window.unanswered()).isEqualTo(1);
        window.release("a");
        assertThat(window.credit()).isEqualTo(1);
    }

    @Test
    void shouldTellAFirstAnswerFromADuplicateAndAStranger() {
        final CreditWindow window = new CreditWindow(2);
        window.publish(prompt("a"));
        assertThat(window.answer("a")).isTrue();
        assertThat(window.answer("a")).isFalse();
        window.release("a");
        assertThat(window.answer("a")).isFalse();
        assertThat(window.answer("never asked")).isFalse();
    }

    @Test
    void shouldRefuseToOverrunItsLimit() {
        final CreditWindow window = new CreditWindow(1);
        window.publish(prompt("a"));
        assertThatThrownBy(() -> window.publish(prompt("b"))).hasMessageContaining("no credit left");
        assertThatThrownBy(() -> window.release("b")).hasMessageContaining("not outstanding");
    }
}
