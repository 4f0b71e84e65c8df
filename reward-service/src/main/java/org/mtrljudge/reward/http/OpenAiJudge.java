package org.mtrljudge.reward.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.reward.grader.FailedScoreException;
import org.mtrljudge.reward.grader.FailureReason;
import org.mtrljudge.reward.grader.ScoredCompletion;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.tasks.Judged;

/**
 * A generative judge with OpenAI's chat completions interface. It is asked once per criterion and sample, and sees the question, the answer and
 * the pictures. Each criterion is a component; the score is their weighted mean.
 */
final class OpenAiJudge implements Protocol.Single {
    private static final int JPEG = 0xff;

    private final String model;
    private final JudgeSettings settings;
    private final Pattern pattern;
    private final List<JudgeSettings.Criterion> criteria;

    OpenAiJudge(final String model, final JudgeSettings settings) {
        this.model = model;
        this.settings = settings;
        this.pattern = Pattern.compile(settings.pattern(), Pattern.CASE_INSENSITIVE);
        this.criteria = settings.criteria().isEmpty()
                ? List.of(new JudgeSettings.Criterion(ScoredCompletion.SCORE, "", null))
                : settings.criteria();
    }

    @Override
    public int callsPerCompletion() {
        return criteria.size() * settings.samples();
    }

    @Override
    public List<String> components() {
        return criteria.stream().map(JudgeSettings.Criterion::name).toList();
    }

    @Override
    public boolean seesPictures() {
        return settings.images();
    }

    @Override
    public List<JsonNode> requests(final PromptRequest prompt, final Judged completion, final List<byte[]> pictures) {
        final List<JsonNode> requests = new ArrayList<>();
        // without a seed: a sample that said no score would say none again
        for (final JudgeSettings.Criterion criterion : criteria) {
            requests.addAll(Collections.nCopies(
                    settings.samples(), request(question(prompt, completion, criterion), pictures)));
        }
        return requests;
    }

    private String question(
            final PromptRequest prompt, final Judged completion, final JudgeSettings.Criterion criterion) {
        final String asked = criterion.question().isEmpty() ? "" : criterion.question() + "\n\n";
        final Map<String, String> values = Map.of(
                "question", prompt.getText().replace("<image>", ""),
                "answer", completion.text(),
                "reference", completion.reference(),
                "criterion", asked);
        // in one pass: an answer that contains {{ reference }} is shown as it is
        final Matcher places = Pattern.compile("\\{\\{ *(question|answer|reference|criterion) *\\}\\}")
                .matcher(settings.prompt());
        final StringBuilder text = new StringBuilder();
        int done = 0;
        while (places.find()) {
            text.append(settings.prompt(), done, places.start()).append(values.get(places.group(1)));
            done = places.end();
        }
        return text.append(settings.prompt().substring(done)).toString();
    }

    private ObjectNode request(final String question, final List<byte[]> pictures) {
        final ObjectNode request = Mappers.JSON.createObjectNode();
        request.put("model", model).put("temperature", settings.temperature()).put("max_tokens", settings.maxTokens());
        final ObjectNode message = request.putArray("messages").addObject().put("role", "user");
        if (pictures.isEmpty()) {
            message.put("content", question);
            return request;
        }
        final ArrayNode content = message.putArray("content");
        for (final byte[] picture : pictures) {
            final String type = picture.length > 0 && (picture[0] & 0xff) == JPEG ? "image/jpeg" : "image/png";
            content.addObject()
                    .put("type", "image_url")
                    .putObject("image_url")
                    .put(
                            "url",
                            "data:" + type + ";base64," + Base64.getEncoder().encodeToString(picture));
        }
        content.addObject().put("type", "text").put("text", question);
        return request;
    }

    @Override
    public Protocol.Reply read(final List<JsonNode> answers) {
        return readTexts(answers.stream().map(OpenAiJudge::said).toList());
    }

    /**
     * Reads what the judge said of a completion.
     *
     * @param said one text per criterion and sample
     * @throws FailedScoreException when there is another number of texts, or one has no score
     */
    Protocol.Reply readTexts(final List<String> said) {
        if (said.size() != callsPerCompletion()) {
            throw new FailedScoreException(
                    FailureReason.WRONG_COUNT,
                    "said " + said.size() + " texts, but " + criteria.size() + " criteria with " + settings.samples()
                            + " samples need " + callsPerCompletion());
        }
        final Map<String, Double> components = new HashMap<>();
        double sum = 0;
        double weights = 0;
        for (int i = 0; i < criteria.size(); i++) {
            final List<Double> samples = said.subList(i * settings.samples(), (i + 1) * settings.samples()).stream()
                    .map(this::score)
                    .toList();
            final double value = aggregate(samples);
            components.put(criteria.get(i).name(), value);
            sum += criteria.get(i).share() * value;
            weights += criteria.get(i).share();
        }
        components.put(ScoredCompletion.SCORE, sum / weights);
        return new Protocol.Reply(components, said);
    }

    private static String said(final JsonNode answer) {
        final JsonNode choice = answer.path("choices").path(0);
        if (choice.path("finish_reason").asText().equals("length")) {
            throw new FailedScoreException(
                    FailureReason.GARBLED, "was cut off before it had said its score: raise judge.max_tokens");
        }
        final JsonNode text = choice.path("message").path("content");
        if (!text.isTextual()) {
            throw new FailedScoreException(
                    FailureReason.GARBLED, "gave no choices[0].message.content in " + Protocol.shortened(answer));
        }
        return text.asText();
    }

    private double score(final String said) {
        @Nullable String found = null;
        final Matcher matcher = pattern.matcher(said);
        while (matcher.find()) {
            found = matcher.group(1);
        }
        final double value;
        try {
            value = found == null ? Double.NaN : Double.parseDouble(found);
        } catch (final NumberFormatException e) {
            throw nothing(said);
        }
        if (!Double.isFinite(value)) {
            throw nothing(said);
        }
        if (value < settings.min() || value > settings.max()) {
            throw new FailedScoreException(
                    FailureReason.NO_SCORE,
                    "said " + found + ", which is not between " + settings.min() + " and " + settings.max()
                            + " (judge.min, judge.max)");
        }
        return value;
    }

    private static FailedScoreException nothing(final String said) {
        return new FailedScoreException(
                FailureReason.NO_SCORE,
                "said nothing that pattern finds a number in: " + said.substring(Math.max(0, said.length() - 200)));
    }

    private double aggregate(final List<Double> samples) {
        if (settings.aggregate() == JudgeSettings.Aggregate.MEAN) {
            return samples.stream().mapToDouble(value -> value).average().orElseThrow();
        }
        final Map<Double, Integer> counts = new TreeMap<>();
        samples.forEach(value -> counts.merge(value, 1, Integer::sum));
        double best = Double.NaN;
        int most = 0;
        for (final Map.Entry<Double, Integer> entry : counts.entrySet()) {
            if (entry.getValue() > most) {
                most = entry.getValue();
                best = entry.getKey();
            }
        }
        return best;
    }
}
