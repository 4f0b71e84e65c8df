package org.mtrljudge.learner.prompts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class CreditWindowTest {
    @Test
    void shouldResumeMorePromptsThanItsLimitAndGiveNoCreditUntilEnoughAreReleased() {
        final CreditWindow window = new CreditWindow(2);
        List.of("a", "b", "dead").forEach(window::resume);
        assertThat(window.credit()).isNegative();
        assertThat(window.answer("dead")).isTrue();
        window.release("dead");
        assertThat(window.credit()).isZero();
        window.release("a");
        assertThat(window.credit()).isEqualTo(1);
    }

    @Test
    void shouldHoldCreditUntilAGroupIsLearnedNotMerelyScored() {
        final CreditWindow window = new CreditWindow(2);
        window.publish("a");
        window.publish("b");
        assertThat(window.answer("a")).isTrue();
        assertThat(window.credit()).isZero();
        assertThat(window.unanswered()).isEqualTo(1);
        window.release("a");
        assertThat(window.credit()).isEqualTo(1);
    }

    @Test
    void shouldDistinguishAFirstAnswerFromADuplicateAndAnUnknownPrompt() {
        final CreditWindow window = new CreditWindow(2);
        window.publish("a");
        assertThat(window.answer("a")).isTrue();
        assertThat(window.answer("a")).isFalse();
        window.release("a");
        assertThat(window.answer("a")).isFalse();
        assertThat(window.answer("never asked")).isFalse();
    }

    @Test
    void shouldRefuseToExceedItsLimitByMoreThanTheLaterOrdersOfAQuestion() {
        final CreditWindow window = new CreditWindow(1);
        for (int order = 1; order <= 8; order++) {
            window.publish("order-" + order);
        }
        assertThat(window.credit()).isEqualTo(-7);
        assertThatThrownBy(() -> window.publish("c")).hasMessageContaining("no credit left: 8 prompts are unanswered");
        assertThatThrownBy(() -> window.release("c")).hasMessageContaining("not outstanding");
    }
}
