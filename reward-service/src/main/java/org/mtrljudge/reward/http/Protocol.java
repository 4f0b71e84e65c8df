package org.mtrljudge.reward.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.mtrljudge.reward.grader.FailedScoreException;
import org.mtrljudge.reward.grader.FailureReason;
import org.mtrljudge.reward.grader.ScoredCompletion;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.tasks.Judged;

/** What a reward server is sent, and how its answer is read. */
sealed interface Protocol permits Protocol.Single, Protocol.OpenRlhf {
    /** The requests for one completion; 0 where one request has all completions of a group. */
    int callsPerCompletion();

    /** The components besides the score that every answer gives. */
    default List<String> components() {
        return List.of();
    }

    /** A server that is asked about one completion at a time, in one or several requests. */
    sealed interface Single extends Protocol
            permits Protocol.Slime, Protocol.NemoGym, Protocol.VerlClassify, OpenAiJudge {
        /** @param pictures of the prompt, encoded; empty where {@link #seesPictures} is false */
        List<JsonNode> requests(PromptRequest prompt, Judged completion, List<byte[]> pictures);

        /**
         * The components and what a judge said, from one answer per request.
         *
         * @throws FailedScoreException when an answer has no score
         */
        Reply read(List<JsonNode> answers);

        default boolean seesPictures() {
            return false;
        }

        @Override
        default int callsPerCompletion() {
            return 1;
        }
    }

    /** @param said what a judge said, one text per request; empty where the server is no judge */
    record Reply(Map<String, Double> components, List<String> said) {
        static Reply of(final Map<String, Double> components) {
            return new Reply(components, List.of());
        }
    }

    /** OpenRLHF's remote reward model: queries (prompt and completion), prompts and labels go in, lists come out. */
    record OpenRlhf() implements Protocol {
        @Override
        public int callsPerCompletion() {
            return 0;
        }

        JsonNode request(final PromptRequest prompt, final List<Judged> completions) {
            final ObjectNode request = Mappers.JSON.createObjectNode();
            final ArrayNode queries = request.putArray("query");
            final ArrayNode prompts = request.putArray("prompts");
            final ArrayNode labels = request.putArray("labels");
            for (final Judged completion : completions) {
                queries.add(prompt.getText() + completion.text());
                prompts.add(prompt.getText());
                labels.add(completion.reference());
            }
            return request;
        }

        /**
         * @param count the number of completions
         * @throws FailedScoreException when there is not one number for each
         */
        List<Reply> read(final JsonNode answer, final int count) {
            final List<Reply> replies = new ArrayList<>();
            final JsonNode rewards = column(answer, "rewards", count);
            for (int i = 0; i < count; i++) {
                final Map<String, Double> components = new HashMap<>();
                if (answer.path("scores").size() == count) {
                    components.put("scores", number(answer.path("scores").get(i), "scores"));
                }
                for (final Map.Entry<String, JsonNode> log :
                        answer.path("extra_logs").properties()) {
                    final JsonNode value = log.getValue().path(i);
                    if (log.getValue().size() == count && value.isNumber()) {
                        components.put(component(log.getKey()), value.asDouble());
                    }
                }
                // last: a column of the logs never takes the place of the reward
                components.put(ScoredCompletion.SCORE, number(rewards.get(i), "rewards"));
                replies.add(Reply.of(components));
            }
            return replies;
        }

        private static JsonNode column(final JsonNode answer, final String name, final int count) {
            final JsonNode column = answer.path(name);
            if (!column.isArray()) {
                throw new FailedScoreException(
                        FailureReason.NO_SCORE, "gave no '" + name + "' in " + shortened(answer));
            }
            if (column.size() != count) {
                throw new FailedScoreException(
                        FailureReason.WRONG_COUNT,
                        "gave " + column.size() + " " + name + " for " + count + " completions");
            }
            return column;
        }
    }

    /** slime's remote reward model: the body of the answer is the reward. */
    record Slime() implements Single {
        @Override
        public List<JsonNode> requests(
                final PromptRequest prompt, final Judged completion, final List<byte[]> pictures) {
            return List.of(Mappers.JSON
                    .createObjectNode()
                    .put("prompt", prompt.getText())
                    .put("response", completion.text())
                    .put("label", completion.reference()));
        }

        @Override
        public Reply read(final List<JsonNode> answers) {
            final JsonNode answer = answers.get(0);
            return Reply.of(answer.isObject() ? numbers(answer, "score", "reward") : score(number(answer, "the body")));
        }
    }

    /**
     * NeMo-Gym's {@code /verify}: the question and an OpenAI Response go in, and come out with a reward.
     *
     * @param columns what its verifier wants to know besides the right verdict, for example {@code options}. A verifier that misses a
     *     column gives 0 and does not say so
     */
    record NemoGym(Map<String, Object> columns) implements Single {
        @Override
        public List<JsonNode> requests(
                final PromptRequest prompt, final Judged completion, final List<byte[]> pictures) {
            final ObjectNode request = Mappers.JSON.createObjectNode();
            request.putObject("responses_create_params")
                    .putArray("input")
                    .addObject()
                    .put("role", "user")
                    .put("content", prompt.getText());
            final ObjectNode response = request.putObject("response");
            response.put("id", prompt.getPromptId()).put("object", "response").put("created_at", 0);
            response.put("model", "judge").put("parallel_tool_calls", false).put("tool_choice", "none");
            response.putArray("tools");
            final ObjectNode message = response.putArray("output").addObject();
            message.put("id", prompt.getPromptId()).put("type", "message").put("role", "assistant");
            message.put("status", completion.finished() ? "completed" : "incomplete");
            final ObjectNode content = message.putArray("content").addObject();
            content.put("type", "output_text").put("text", completion.text()).putArray("annotations");
            columns.forEach((name, value) -> request.set(name, Mappers.JSON.valueToTree(value)));
            // a row of the data: what a verifier compares with
            request.put("task", completion.task()).put("expected_answer", completion.reference());
            request.put("label", completion.reference()).put("ground_truth", completion.reference());
            return List.of(request);
        }

        @Override
        public Reply read(final List<JsonNode> answers) {
            final JsonNode answer = answers.get(0);
            final JsonNode failure = answer.path("_ng_failure_class");
            if (!failure.isMissingNode() && !failure.isNull()) {
                throw new FailedScoreException(FailureReason.NO_SCORE, "says that it failed: " + failure.asText());
            }
            final Map<String, Double> components = new HashMap<>(numbers(answer.path("reward_components")));
            components.put(ScoredCompletion.SCORE, number(answer.path("reward"), "reward"));
            return Reply.of(components);
        }
    }

    /**
     * A reward model behind verl's router: the probability of its last class.
     *
     * @param model the name of the model at the server
     */
    record VerlClassify(String model) implements Single {
        @Override
        public List<JsonNode> requests(
                final PromptRequest prompt, final Judged completion, final List<byte[]> pictures) {
            return List.of(Mappers.JSON
                    .createObjectNode()
                    .put("model", model)
                    .put("input", prompt.getText() + completion.text())
                    .put("activation", false));
        }

        @Override
        public Reply read(final List<JsonNode> answers) {
            final JsonNode data = answers.get(0).path("data");
            final JsonNode probs = data.path(data.size() - 1).path("probs");
            return Reply.of(score(number(probs.path(probs.size() - 1), "data[-1].probs[-1]")));
        }
    }

    private static Map<String, Double> score(final double score) {
        return Map.of(ScoredCompletion.SCORE, score);
    }

    /** All numbers of an object; the first of the names that it has is also the score. */
    private static Map<String, Double> numbers(final JsonNode object, final String... scores) {
        final Map<String, Double> numbers = new HashMap<>();
        object.properties().forEach(entry -> {
            if (entry.getValue().isNumber()) {
                numbers.put(component(entry.getKey()), entry.getValue().asDouble());
            }
        });
        for (final String name : scores) {
            if (object.has(name)) {
                numbers.put(ScoredCompletion.SCORE, number(object.path(name), name));
                return numbers;
            }
        }
        if (scores.length > 0) {
            throw new FailedScoreException(FailureReason.NO_SCORE, "gave no score in " + shortened(object));
        }
        return numbers;
    }

    /** @throws FailedScoreException when it is no finite number */
    static double number(final JsonNode value, final String what) {
        if (value.isMissingNode() || value.isNull()) {
            throw new FailedScoreException(FailureReason.NO_SCORE, "gave no " + what);
        }
        if (!value.isNumber() || !Double.isFinite(value.asDouble())) {
            throw new FailedScoreException(FailureReason.NOT_A_NUMBER, "gave " + shortened(value) + " for " + what);
        }
        return value.asDouble();
    }

    private static String component(final String name) {
        return name.replaceAll("[^A-Za-z0-9_]", "_");
    }

    static String shortened(final JsonNode value) {
        final String text = value.toString();
        return text.substring(0, Math.min(text.length(), 200));
    }
}
