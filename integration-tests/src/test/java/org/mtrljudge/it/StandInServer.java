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
import java.util.TreeMap;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.generation.GeneratedCompletion;
import org.mtrljudge.model.generation.Sampling;
import org.mtrljudge.model.input.EncodedPrompt;

/** Offers the part of vLLM's interface that an actor needs, with a small judge. The first request for completions fails. */
final class StandInServer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private final HttpServer server;
    private final Map<String, JudgeModel> adapters = new TreeMap<>();
    private final List<String> loaded = new ArrayList<>();
    private int completions;

    StandInServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/load_lora_adapter", exchange -> answer(exchange, this::load));
        server.createContext("/v1/unload_lora_adapter", exchange -> answer(exchange, this::unload));
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

    private interface Handler {
        JsonNode handle(JsonNode request) throws IOException;
    }

    private synchronized void answer(final HttpExchange exchange, final Handler handler) throws IOException {
        int status = 200;
        byte[] body;
        try {
            body = JSON.writeValueAsBytes(handler.handle(JSON.readTree(exchange.getRequestBody())));
        } catch (final IllegalStateException e) {
            status = 503;
            body = String.valueOf(e.getMessage()).getBytes(StandardCharsets.UTF_8);
        } catch (final RuntimeException e) {
            status = 400;
            body = String.valueOf(e).getBytes(StandardCharsets.UTF_8);
        }
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
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
        adapters.remove(request.path("lora_name").asText()).close();
        return JSON.createObjectNode();
    }

    private JsonNode complete(final JsonNode request) {
        if (completions++ == 0) {
            throw new IllegalStateException("still warming up");
        }
        final JudgeModel model = adapters.get(request.path("model").asText());
        final StringBuilder text = new StringBuilder();
        final List<byte[]> images = new ArrayList<>();
        for (final JsonNode part : request.at("/messages/0/content")) {
            if (part.path("type").asText().equals("text")) {
                text.append(part.path("text").asText());
            } else {
                text.append("<image>");
                final String url = part.at("/image_url/url").asText();
                images.add(Base64.getDecoder().decode(url.substring(url.indexOf(',') + 1)));
            }
        }
        final EncodedPrompt prompt = model.encode(text.toString(), images, "request");
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
