package org.mtrljudge.actor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mtrljudge.actor.engine.Policy;
import org.mtrljudge.actor.engine.ServerAwayException;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.Sampling;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.codec.UnreadableImageException;
import org.mtrljudge.schemas.policy.PolicyFetcher;
import org.mtrljudge.schemas.topic.Topics;

/** What becomes of the prompts whose images cannot be read. */
class PromptAnswersTest {
    /** As long as three attempts of the stand-in engine, and a part of a fourth. */
    private static final Duration IMAGES_TIMEOUT = Duration.ofMillis(3 * StubEngine.BATCH_MS + 1);

    private final Topics topics = new Topics("run", new LocalSchemaRegistry());
    private final MockProducer<String, byte[]> producer =
            new MockProducer<>(true, null, new StringSerializer(), new ByteArraySerializer());
    private final ActorMetrics metrics = new ActorMetrics(new SimpleMeterRegistry());
    private final StubEngine engine = new StubEngine();
    private final RolloutMaker maker = new RolloutMaker(engine, "a", engine.clock());
    private boolean abandoned;
    private final PromptAnswers answers = new PromptAnswers(
            maker, new RolloutWriter(topics, producer, metrics), metrics, engine.clock(), IMAGES_TIMEOUT, () -> {
                if (abandoned) {
                    throw new CancellationException();
                }
            });

    @BeforeEach
    void takeWeights() {
        maker.use(new Policy(0, "digest", new PolicyFetcher.Weights.InMemory(ByteBuffer.allocate(1))));
    }

    /** Prompts p0, p1, … at their deliveries. */
    private static Map<ConsumerRecord<String, byte[]>, PromptRequest> prompts(final int... deliveries) {
        final Map<ConsumerRecord<String, byte[]>, PromptRequest> prompts = new LinkedHashMap<>();
        for (final int count : deliveries) {
            final String id = "p" + prompts.size();
            final Sampling sampling = new Sampling(1.0, 1.0, 8, 1L);
            prompts.put(
                    new ConsumerRecord<>(
                            "run.prompts",
                            0,
                            prompts.size(),
                            0L,
                            TimestampType.CREATE_TIME,
                            0,
                            0,
                            id,
                            new byte[] {1},
                            new RecordHeaders(),
                            Optional.empty(),
                            Optional.of((short) count)),
                    new PromptRequest(
                            id,
                            "t",
                            "a?",
                            List.of(),
                            "yes",
                            List.of("yes"),
                            1,
                            sampling,
                            Purpose.TRAIN,
                            0,
                            null,
                            null,
                            null,
                            null));
        }
        return prompts;
    }

    private List<String> written() {
        return producer.history().stream().map(ProducerRecord::topic).toList();
    }

    private static UnreadableImageException ofTheImage() {
        return new UnreadableImageException("image x.png cannot be read", new IOException("bad sector"), false);
    }

    private static UnreadableImageException ofTheFolder() {
        return new UnreadableImageException("the data root is empty: is it mounted?", new IOException("empty"), true);
    }

    @Test
    void shouldGiveABatchBackWhoseImageCannotBeRead() {
        engine.failNext(1, ofTheImage());
        assertThat(answers.answer(prompts(1, 2))).isFalse();
        assertThat(written()).isEmpty();
        assertThat(answers.answer(prompts(1, 2))).isTrue();
        assertThat(written()).containsExactly("run.rollouts", "run.rollouts");
    }

    @Test
    void shouldRefuseAPromptThatIsTriedAloneBecauseItsImageCouldNotBeReadBefore() {
        engine.failNext(2, ofTheImage());
        assertThat(answers.answer(prompts(2))).as("not suspected yet").isFalse();
        assertThat(answers.answer(prompts(3))).isTrue();
        assertThat(written()).containsExactly("run.dead-letters");
        assertThat(topics.deadLetters()
                        .valueSerde()
                        .decode(producer.history().get(0).value())
                        .getReason())
                .contains("several actors could not read an image of it", "image x.png cannot be read");
    }

    @Test
    void shouldHoldItsPromptsUntilTheFolderOfTheImagesIsBack() {
        engine.failNext(3, ofTheFolder());
        assertThat(answers.answer(prompts(3))).isTrue();
        assertThat(written()).containsExactly("run.rollouts");
        assertThat(engine.batches()).hasSize(4);
    }

    @Test
    void shouldEndWithTheReasonAndRefuseNothingWhenTheFolderIsAwayForTooLong() {
        engine.failNext(5, ofTheFolder());
        assertThatThrownBy(() -> answers.answer(prompts(9)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no images for 0 s: the data root")
                .hasMessageContaining("is it mounted?");
        assertThat(engine.batches()).hasSize(4);
        assertThat(written()).isEmpty();
    }

    @Test
    void shouldGiveABatchBackWhoseServerIsGoneAndHoldOneWhoseServerIsBusy() {
        engine.failNext(1, new ServerAwayException("no answer", true));
        assertThat(answers.answer(prompts(1))).isFalse();
        assertThat(written()).isEmpty();
        engine.failNext(3, new ServerAwayException("status 503", false));
        assertThat(answers.answer(prompts(1))).as("no delivery is lost").isTrue();
        assertThat(written()).containsExactly("run.rollouts");
        engine.failNext(5, new ServerAwayException("status 503", false));
        assertThatThrownBy(() -> answers.answer(prompts(1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("status 503");
    }

    @Test
    void shouldNotWaitForTheFolderWhenItIsAbandoned() {
        engine.failNext(1, ofTheFolder());
        abandoned = true;
        assertThatThrownBy(() -> answers.answer(prompts(1))).isInstanceOf(CancellationException.class);
        assertThat(written()).isEmpty();
    }
}
