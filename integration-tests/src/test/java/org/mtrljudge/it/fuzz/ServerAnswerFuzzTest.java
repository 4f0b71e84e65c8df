package org.mtrljudge.it.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.mtrljudge.actor.engine.GenerationEngine;
import org.mtrljudge.actor.engine.ServerEngine;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.config.Lora;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.model.config.PromptLimits;
import org.mtrljudge.model.generation.GeneratedCompletion;
import org.mtrljudge.model.generation.Sampling;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;

/** Whatever a completions server answers, the actor has completions that can be learned, or says what is wrong with the server. */
class ServerAnswerFuzzTest {
    private static final int GROUP = 2;
    private static final int VOCABULARY = 768;
    private static final CannedServer SERVER = new CannedServer();
    private static final GenerationEngine ENGINE = new ServerEngine(
            new ServerEngine.Settings(
                    URI.create(SERVER.url()),
                    "model",
                    Path.of("unused"),
                    new Lora(4, 8, List.of(Lora.ALL_LINEAR)),
                    JudgeFolder.preset(JudgeFolder.JUDGE_TINY),
                    new PromptLimits(null, null, null),
                    Duration.ofMinutes(1)),
            Path.of("unused"),
            null);

    @FuzzTest(maxDuration = "")
    void shouldReadOrRefuseAnyCompletions(final byte[] bytes) {
        final var prompt = new PromptRequest(
                "id",
                "task",
                "a ball?",
                List.of(),
                "yes",
                List.of("yes", "no"),
                GROUP,
                new org.mtrljudge.schemas.Sampling(1.0, 1.0, 64, 1L),
                Purpose.TRAIN,
                0,
                null,
                null,
                null,
                null);
        final List<GenerationEngine.Result> results;
        try (var allowed = SERVER.answering(bytes)) {
            results = ENGINE.generate(List.of(prompt), GROUP, new Sampling(1, 1, 64), () -> 0);
        } catch (final ModelException e) {
            assertThat(e.getMessage()).contains("server");
            return;
        }
        final var group = (GenerationEngine.Result.Group) results.get(0);
        assertThat(group.promptTokens()).isNotNegative();
        assertThat(group.completions()).hasSize(GROUP);
        for (final GeneratedCompletion completion : group.completions()) {
            assertThat(completion.logProbs()).hasSameSizeAs(completion.tokens()).isNotEmpty();
            for (int i = 0; i < completion.tokens().length; i++) {
                assertThat(completion.tokens()[i]).isBetween(0, VOCABULARY - 1);
                assertThat(completion.logProbs()[i]).isFinite();
            }
        }
    }
}
