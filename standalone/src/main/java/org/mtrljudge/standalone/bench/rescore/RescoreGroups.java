package org.mtrljudge.standalone.bench.rescore;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.mtrljudge.schemas.Completion;
import org.mtrljudge.schemas.FinishReason;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.Sampling;
import org.mtrljudge.schemas.codec.PackedArrays;

/** For a benchmark: rollout groups with completions of about 1 KB, well formed and badly formed, with their token arrays. */
final class RescoreGroups {
    private static final int DISTINCT = 500;
    private static final int TEXT_LENGTH = 1000;
    private static final int CHARACTERS_PER_TOKEN = 4;
    private static final List<String> LABELS = List.of("yes", "no");
    private static final String[] WORDS =
            ("the of and to in is that it was for on are with as his they be at one have this from or had by"
                            + " hot but some what there we can out other were all your when up use word how said an each she which do"
                            + " their time if will way about many then them would write like so these her long make thing see him two has"
                            + " look more day could go come did my sound no most number who over know water than call first people may down"
                            + " side been now find any new work part take get place made live where after back little only round man year")
                    .split(" ");
    private final SplittableRandom random = new SplittableRandom(1);
    private final List<List<Completion>> completions = new ArrayList<>();

    RescoreGroups(final int groupSize) {
        for (int i = 0; i < DISTINCT; i++) {
            final List<Completion> group = new ArrayList<>();
            for (int c = 0; c < groupSize; c++) {
                group.add(completion());
            }
            completions.add(group);
        }
    }

    private Completion completion() {
        final StringBuilder text = new StringBuilder(random.nextInt(10) == 0 ? "" : "<think>");
        while (text.length() < TEXT_LENGTH) {
            text.append(WORDS[random.nextInt(WORDS.length)]).append(' ');
        }
        text.append("</think><answer>").append(LABELS.get(random.nextInt(2))).append("</answer>");
        final int tokens = text.length() / CHARACTERS_PER_TOKEN;
        final float[] logProbs = new float[tokens];
        final int[] ids = new int[tokens];
        for (int i = 0; i < tokens; i++) {
            ids[i] = random.nextInt(150_000);
            logProbs[i] = (float) Math.log(random.nextDouble());
        }
        return new Completion(
                text.toString(), PackedArrays.ofInts(ids), PackedArrays.ofFloats(logProbs), FinishReason.STOP, null);
    }

    static String promptId(final int index) {
        return "p-" + index;
    }

    RolloutGroup group(final int index) {
        final List<Completion> group = completions.get(index % DISTINCT);
        final PromptRequest prompt = new PromptRequest(
                promptId(index),
                "task-" + index % 6,
                "Is it so? Answer yes or no.",
                List.of(),
                LABELS.get(index % 2),
                LABELS,
                group.size(),
                new Sampling(1.0, 1.0, 400, (long) index),
                Purpose.TRAIN,
                0,
                null,
                null,
                null,
                null);
        return new RolloutGroup(prompt, index / 100, "", "bench", group, 0L, 0.0, 20);
    }
}
