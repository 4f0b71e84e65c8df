package org.mtrljudge.standalone.bench.rescore;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.mtrljudge.reward.replay.Replay;
import org.mtrljudge.reward.replay.RolloutFilter;
import org.mtrljudge.reward.rule.RewardSet;
import org.mtrljudge.reward.scoring.AdvantageEstimator;
import org.mtrljudge.reward.scoring.RewardSettings;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.topic.Topic;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.standalone.broker.EmbeddedBroker;

/** A broker in this process with prepared rollouts, and the replays over them. */
final class PreparedLog implements AutoCloseable {
    private final EmbeddedBroker broker;
    private final Topics topics;
    private final RescoreGroups prepared;
    private final Path folder;

    PreparedLog(final Path folder, final Topics topics, final RescoreGroups prepared) throws IOException {
        this.folder = folder;
        this.topics = topics;
        this.prepared = prepared;
        this.broker = EmbeddedBroker.start(folder.resolve("kafka"), 0);
        broker.prepare(topics);
    }

    EmbeddedBroker broker() {
        return broker;
    }

    /** Writes the rollouts and returns their size in bytes. */
    long fill(final int groups) {
        long bytes = 0;
        try (Producer<String, byte[]> producer = producer()) {
            for (int i = 0; i < groups; i++) {
                final RolloutGroup group = prepared.group(i);
                final var record = topics.rollouts().message(group.getPrompt().getPromptId(), group);
                bytes += record.value().length;
                producer.send(record);
            }
        }
        return bytes;
    }

    /** A producer with the settings of the reward service, without its transactions. */
    Producer<String, byte[]> producer() {
        return broker.clients(topics)
                .producerWith(Map.of(
                        ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                        16 << 20,
                        ProducerConfig.BATCH_SIZE_CONFIG,
                        256 << 10,
                        ProducerConfig.LINGER_MS_CONFIG,
                        100,
                        ProducerConfig.COMPRESSION_TYPE_CONFIG,
                        "lz4"));
    }

    /** The replay of this name, whose topics it creates. */
    Replay replay(final String name, final RewardSet set) {
        final RewardSettings settings = new RewardSettings(set, AdvantageEstimator.GRPO, false, 1000);
        broker.create(List.of(topics.scored(name), topics.deadLetters(name)));
        return new Replay(broker.clients(topics), name, settings, RolloutFilter.ALL, folder.resolve("streams"));
    }

    /** Runs a complete replay (start, score, commit, stop) and returns its seconds. */
    double rescore(final String name, final int groups, final RewardSet set) {
        final Replay replay = replay(name, set);
        final long start = System.nanoTime();
        replay.run(ends(groups), () -> false, scored -> {});
        return (System.nanoTime() - start) / 1e9;
    }

    /** Where the first groups end in each partition. */
    List<Long> ends(final int groups) {
        final Long[] ends = new Long[topics.rollouts().partitions()];
        Arrays.fill(ends, 0L);
        for (int i = 0; i < groups; i++) {
            ends[Topic.partitionOf(RescoreGroups.promptId(i), ends.length)]++;
        }
        return List.of(ends);
    }

    @Override
    public void close() {
        broker.close();
    }
}
