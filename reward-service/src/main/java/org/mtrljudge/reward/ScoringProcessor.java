package org.mtrljudge.reward;

import java.nio.ByteBuffer;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.DeadLetters;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.Topics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One rollout group in; one scored group or one dead letter out. A prompt that was scored already is passed over: its first actor
 * may have died between writing its rollouts and acknowledging its prompt.
 */
final class ScoringProcessor implements Processor<String, byte[], String, byte[]> {
    private static final Logger LOG = LoggerFactory.getLogger(ScoringProcessor.class);
    private static final String SERVICE = "reward";
    private final Topics topics;
    private final GroupScorer scorer;
    private @Nullable ProcessorContext<String, byte[]> context;
    private @Nullable KeyValueStore<String, Long> scoredIds;

    ScoringProcessor(final Topics topics, final GroupScorer scorer) {
        this.topics = topics;
        this.scorer = scorer;
    }

    @Override
    public void init(final ProcessorContext<String, byte[]> processorContext) {
        context = processorContext;
        scoredIds = processorContext.getStateStore(RewardTopology.SCORED_IDS);
    }

    @Override
    public void process(final Record<String, byte[]> record) {
        String promptId = null;
        try {
            final RolloutGroup group = topics.rollouts().valueSerde().decode(record.value());
            promptId = group.getPrompt().getPromptId();
            final Long before = scoredIds().get(promptId);
            if (before != null) {
                LOG.info("prompt {} was scored already, for the rollouts at offset {}", promptId, before);
                return;
            }
            final byte[] scored =
                    topics.scored().message(promptId, scorer.score(group)).value();
            scoredIds().put(promptId, context().recordMetadata().orElseThrow().offset());
            forward(record.withValue(scored), RewardTopology.SCORED);
        } catch (final SerializationException | IllegalArgumentException e) {
            forward(record.withValue(deadLetter(record, promptId, e)), RewardTopology.DEAD_LETTERS);
        }
    }

    private byte[] deadLetter(
            final Record<String, byte[]> record, final @Nullable String promptId, final RuntimeException why) {
        final RecordMetadata origin = context().recordMetadata().orElseThrow();
        return topics.deadLetters()
                .message(
                        String.valueOf(record.key()),
                        DeadLetters.of(
                                promptId,
                                origin.topic(),
                                origin.partition(),
                                origin.offset(),
                                SERVICE,
                                String.valueOf(why.getMessage()),
                                ByteBuffer.wrap(record.value() == null ? new byte[0] : record.value())))
                .value();
    }

    private void forward(final Record<String, byte[]> record, final String sink) {
        context().forward(record, sink);
    }

    private KeyValueStore<String, Long> scoredIds() {
        if (scoredIds == null) {
            throw new IllegalStateException("not initialised");
        }
        return scoredIds;
    }

    private ProcessorContext<String, byte[]> context() {
        if (context == null) {
            throw new IllegalStateException("not initialised");
        }
        return context;
    }
}
