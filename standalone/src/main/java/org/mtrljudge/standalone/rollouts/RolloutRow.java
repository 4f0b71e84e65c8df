package org.mtrljudge.standalone.rollouts;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.fasterxml.jackson.databind.util.StdConverter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.Completion;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.ImageRef;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.codec.PackedArrays;

/**
 * A scored group as other tools read it: the columns that users of TRL and verl know, in snake case, and one entry per completion in each
 * list. Rollouts and scores can be made of it again, without what it does not have: how they were sampled, how long that took, the reasons of
 * verdicts, and which policy versions made which tokens where several did.
 *
 * @param prompt the turns of the prompt
 * @param verdictType the type of the verdict as JSON; null where it is one of the labels
 * @param reading how the verdict is found in a completion, as JSON; null: between answer tags
 * @param pairId the question whose other orders have the same; null where it has one order
 * @param lengths in tokens
 * @param completionIds the token ids; null where they were not asked for
 * @param logprobs the behaviour log-probabilities; null where they were not asked for
 * @param components the components of the rewards: no map, which data sets of the hub do not have
 * @param said what a judge said of each completion; null where nobody was asked
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
record RolloutRow(
        String promptId,
        String task,
        String purpose,
        List<Message> prompt,
        List<Image> images,
        String groundTruth,
        List<String> labels,
        @Nullable String verdictType,
        @Nullable String reading,
        @Nullable String pairId,
        List<String> completions,
        List<String> finishReasons,
        List<Integer> lengths,
        @Nullable List<List<Integer>> completionIds,
        @Nullable List<List<Float>> logprobs,
        List<Double> rewards,
        List<Double> advantages,
        List<@Nullable String> verdicts,
        List<Component> components,
        @Nullable List<@Nullable List<String>> said,
        String rewardSet,
        int rewardSetVersion,
        int policyVersion,
        String policyDigest,
        String actor,
        int rolloutPartition,
        @Nullable Long rolloutOffset) {

    /** @param values one per completion; null where it has no such component */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Component(String name, List<@Nullable Double> values) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    record Message(String role, String content) {}

    /**
     * @param path relative to the data root; null where the picture is in the row
     * @param bytes the encoded picture, Base64 in JSON; null where it has a path
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Image(
            String sha256,
            @Nullable String path,

            @JsonSerialize(converter = ToBytes.class) @JsonDeserialize(converter = OfBytes.class) @Nullable
            Binary bytes) {
        static Image of(final ImageRef image) {
            final ByteBuffer inline = image.getInline();
            return new Image(
                    image.getSha256(),
                    inline == null ? image.getPath() : null,
                    inline == null ? null : Binary.fromConstantByteBuffer(inline.duplicate()));
        }
    }

    private static final class ToBytes extends StdConverter<Binary, byte[]> {
        @Override
        public byte[] convert(final Binary value) {
            return value.getBytes();
        }
    }

    private static final class OfBytes extends StdConverter<byte[], Binary> {
        @Override
        public Binary convert(final byte[] value) {
            return Binary.fromConstantByteArray(value);
        }
    }

    /** @param tokens whether the row has token ids and log-probabilities */
    static RolloutRow of(final ScoredGroup group, final boolean tokens) {
        final PromptRequest prompt = group.getRollout().getPrompt();
        final List<Completion> completions = group.getRollout().getCompletions();
        final List<CompletionScore> scores = group.getScores();
        return new RolloutRow(
                prompt.getPromptId(),
                prompt.getTask(),
                word(prompt.getPurpose()),
                messages(prompt),
                prompt.getImages().stream().map(Image::of).toList(),
                prompt.getReference(),
                prompt.getLabels(),
                prompt.getVerdictType(),
                prompt.getReading(),
                prompt.getPairId(),
                completions.stream().map(Completion::getText).toList(),
                completions.stream().map(one -> word(one.getFinishReason())).toList(),
                completions.stream()
                        .map(one -> one.getTokens().remaining() / Integer.BYTES)
                        .toList(),
                tokens ? completions.stream().map(RolloutRow::ids).toList() : null,
                tokens ? completions.stream().map(RolloutRow::logProbs).toList() : null,
                scores.stream().map(CompletionScore::getTotal).toList(),
                scores.stream().map(CompletionScore::getAdvantage).toList(),
                scores.stream().map(CompletionScore::getVerdict).toList(),
                components(scores),
                scores.stream().allMatch(score -> score.getSaid() == null)
                        ? null
                        : scores.stream().map(CompletionScore::getSaid).toList(),
                group.getRewardSet(),
                group.getRewardSetVersion(),
                group.getRollout().getPolicyVersion(),
                group.getRollout().getPolicyDigest(),
                group.getRollout().getActorId(),
                group.getRolloutPartition(),
                group.getRolloutOffset());
    }

    private static String word(final Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static List<Message> messages(final PromptRequest prompt) {
        final List<Message> messages = new ArrayList<>();
        if (prompt.getSystem() != null) {
            messages.add(new Message("system", prompt.getSystem()));
        }
        messages.add(new Message("user", prompt.getText()));
        return messages;
    }

    private static List<Integer> ids(final Completion completion) {
        return Arrays.stream(PackedArrays.toInts(completion.getTokens()))
                .boxed()
                .toList();
    }

    private static List<Float> logProbs(final Completion completion) {
        final float[] packed = PackedArrays.toFloats(completion.getLogProbs());
        return IntStream.range(0, packed.length).mapToObj(i -> packed[i]).toList();
    }

    private static List<Component> components(final List<CompletionScore> scores) {
        return scores.stream()
                .flatMap(score -> score.getComponents().keySet().stream())
                .distinct()
                .sorted()
                .map(name -> new Component(
                        name,
                        scores.stream()
                                .map(score -> score.getComponents().get(name))
                                .toList()))
                .toList();
    }
}
