package org.mtrljudge.learner.topics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.mtrljudge.learner.settings.ExchangeLimits;
import org.mtrljudge.learner.state.LearnerState;
import org.mtrljudge.learner.state.PastRun;

/** Records that somebody else wrote into the topics that the learner reads. */
class ForeignRecordsTest {
    private static final ExchangeLimits LIMITS = new ExchangeLimits(20, 3_600_000, 60_000, 1, 100);
    private final LearnerTopics topics = new LearnerTopics();

    @Test
    void shouldTellWhyARecordThatAnswersNoPromptCannotBeRead() {
        try (Exchange exchange = topics.exchange(PastRun.none(LearnerState.fresh("")), LIMITS)) {
            exchange.resume("train-0-a");
            topics.atNextPoll(() -> {
                topics.poison("foreign");
                topics.refuse("unknown");
                topics.refuse("train-0-a");
            });
            assertThat(exchange.answers())
                    .extracting(ScoredReader.Answer::promptId)
                    .containsExactly("train-0-a");
            assertThat(exchange.duplicates()).isEqualTo(2);
            assertThat(topics.warnings)
                    .hasSize(2)
                    .anySatisfy(warning -> assertThat(warning)
                            .startsWith("test.scored at offset 0 cannot be read and answers no prompt:")
                            .contains("not in the wire format of the registry"))
                    .anySatisfy(warning -> assertThat(warning).startsWith("prompt train-0-a became a dead letter"));
        }
    }
}
