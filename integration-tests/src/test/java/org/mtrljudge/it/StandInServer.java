package org.mtrljudge.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.TreeMap;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.generation.GeneratedCompletion;
import org.mtrljudge.model.generation.Sampling;
import org.mtrljudge.model.input.EncodedPrompt;

/**
 * Offers the part of vLLM's interface that an actor needs, with a small judge, and is as strict as uvicorn and vLLM are. The first request
 * for completions fails.
 */
final class StandInServer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private final HttpServer server;
    private final Map<String, JudgeModel> adapters = new TreeMap<>();
    private final List<String> loaded = new ArrayList<>();
    private int completions;
    private int away;
    private boolean refuses;

    StandInServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/load_lora_adapter", exchange -> answer(exchange, this::load));
        server.createContext("/v1/unload_lora_adapter", exchange -> answer(exchange, this::unload));
        server.createContext("/v1/models", exchange -> answer(exchange, request -> JSON.createObjectNode()));
        server.createContext("/v1/chat/completions", exchange -> answer(exchange, this::complete));
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** The names of all adapters that the server was asked to load. */
    List<String> loaded() {
        return loaded;
    }

    /** The number of adapters that the server holds now. */
    int held() {
        return adapters.size();
    }

    /** The server loses its adapters, as in a restart, and closes this number of connections without an answer. */
    synchronized void restart(final int requests) {
        away = requests;
        adapters.values().forEach(JudgeModel::close);
        adapters.clear();
    }

    /** From now on the server refuses every prompt. */
    synchronized void refuse() {
        refuses = true;
    }

    synchronized int completions() {
        return completions;
    }

    private interface Handler {
        JsonNode handle(JsonNode request) throws IOException;
    }

    private synchronized void answer(final HttpExchange exchange, final Handler handler) throws IOException {
        if (away > 0) {
            away--;
            exchange.close();
            return;
        }
        int status = 200;
        byte[] body;
        try {
            body = JSON.writeValueAsBytes(handler.handle(JSON.readTree(body(exchange))));
        } catch (final IllegalStateException e) {
            status = 503;
            body = String.valueOf(e.getMessage()).getBytes(StandardCharsets.UTF_8);
        } catch (final NoSuchElementException e) {
            status = 404;
            body = String.valueOf(e.getMessage()).getBytes(StandardCharsets.UTF_8);
        } catch (final RuntimeException e) {
            status = 400;
            body = String.valueOf(e).getBytes(StandardCharsets.UTF_8);
        }
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    /** uvicorn drops the body of a request that offers another protocol, and FastAPI misses it then. */
    private static byte[] body(final HttpExchange exchange) throws IOException {
        final byte[] body = exchange.getRequestBody().readAllBytes();
        if (exchange.getRequestMethod().equals("GET")) {
            return "{}".getBytes(StandardCharsets.UTF_8);
        }
        if (exchange.getRequestHeaders().containsKey("Upgrade") || body.length == 0) {
            throw new IllegalArgumentException(
                    "{\"type\": \"missing\", \"loc\": [\"body\"], \"msg\": \"Field required\"}");
        }
        return body;
    }

    private JsonNode load(final JsonNode request) {
        final String name = request.path("lora_name").asText();
        loaded.add(name);
        adapters.put(
                name,
                JudgeModel.load(
                        JudgeFolder.open(Path.of(request.path("lora_path").asText()))));
        return JSON.createObjectNode();
    }

    private JsonNode unload(final JsonNode request) {
        final String name = request.path("lora_name").asText();
        final JudgeModel model = adapters.remove(name);
        if (model == null) {
            // as vLLM says it after a restart
            throw new NoSuchElementException("The lora adapter '" + name + "' cannot be found.");
        }
        model.close();
        return JSON.createObjectNode();
    }

    private JsonNode complete(final JsonNode request) {
        if (completions++ == 0) {
            throw new IllegalStateException("still warming up");
        }
        final String name = request.path("model").asText();
        final JudgeModel model = adapters.get(name);
        if (model == null) {
            throw new NoSuchElementException("The model `" + name + "` does not exist.");
        }
        if (refuses) {
            throw new IllegalArgumentException("default chat template is no longer allowed");
        }
        // what vLLM would take from generation_config.json otherwise
        for (final String said : List.of("top_k", "min_p", "repetition_penalty")) {
            if (!request.has(said)) {
                throw new IllegalArgumentException(said + " is not said");
            }
        }
        final StringBuilder text = new StringBuilder();
        final List<byte[]> images = new ArrayList<>();
        final JsonNode first = request.at("/messages/0");
        final String system = first.path("role").asText().equals("system")
                ? first.path("content").asText()
                : null;
        for (final JsonNode part :
                request.path("messages").get(system == null ? 0 : 1).path("content")) {
            if (part.path("type").asText().equals("text")) {
                text.append(part.path("text").asText());
            } else {
                text.append("<image>");
                final String url = part.at("/image_url/url").asText();
                images.add(Base64.getDecoder().decode(url.substring(url.indexOf(',') + 1)));
            }
        }
        final EncodedPrompt prompt = model.encode(system, text.toString(), images, "request");
        final Sampling sampling = new Sampling(
                request.path("temperature").asDouble(),
                request.path("top_p").asDouble(),
                request.path("max_tokens").asInt());
        final ObjectNode response = JSON.createObjectNode();
        response.putObject("usage").put("prompt_tokens", prompt.length());
        final ArrayNode choices = response.putArray("choices");
        model.generate(List.of(prompt), request.path("n").asInt(), sampling, new long[] {
                    request.path("seed").asLong()
                })
                .get(0)
                .forEach(completion -> addTo(choices, completion));
        return response;
    }

    private static void addTo(final ArrayNode choices, final GeneratedCompletion completion) {
        final ObjectNode choice = choices.addObject();
        choice.put("finish_reason", completion.finished() ? "stop" : "length");
        choice.putObject("message").put("role", "assistant").put("content", completion.text());
        choice.set("token_ids", JSON.valueToTree(completion.tokens()));
        final ArrayNode content = choice.putObject("logprobs").putArray("content");
        for (final float logProb : completion.logProbs()) {
            content.addObject().put("logprob", logProb);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        adapters.values().forEach(JudgeModel::close);
    }
}
