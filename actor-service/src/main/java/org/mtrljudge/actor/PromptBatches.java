package org.mtrljudge.actor;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Divides prompts into the batches in which they are tried, so that a prompt that kills its actors takes no other prompt with it: a prompt
 * whose actors died repeatedly is suspected, and is tried alone.
 */
final class PromptBatches {
    /** One earlier delivery is usual: an actor was killed or lost its locks. */
    private static final int SUSPECTED_AT_DELIVERY = 3;

    private PromptBatches() {}

    static int deliveries(final ConsumerRecord<?, ?> prompt) {
        return prompt.deliveryCount().orElse((short) 1);
    }

    static boolean isSuspected(final ConsumerRecord<?, ?> prompt) {
        return deliveries(prompt) >= SUSPECTED_AT_DELIVERY;
    }

    /** First all prompts that are not suspected, together; then the suspected prompts one by one. */
    static <R extends ConsumerRecord<?, ?>> List<List<R>> of(final Collection<R> prompts) {
        final List<R> together = new ArrayList<>();
        final List<R> alone = new ArrayList<>();
        prompts.forEach(prompt -> (isSuspected(prompt) ? alone : together).add(prompt));
        final int most =
                alone.stream().mapToInt(PromptBatches::deliveries).max().orElse(0);
        if (most % 2 == 0) {
            // what one actor could not try behind the prompt that killed it, the next actor tries first
            Collections.reverse(alone);
        }
        // the more deliveries, the later
        alone.sort(Comparator.comparingInt(PromptBatches::deliveries));
        final List<List<R>> batches = new ArrayList<>();
        if (!together.isEmpty()) {
            batches.add(together);
        }
        alone.forEach(prompt -> batches.add(List.of(prompt)));
        return batches;
    }
}
