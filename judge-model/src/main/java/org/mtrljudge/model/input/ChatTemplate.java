package org.mtrljudge.model.input;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.el.JinjavaInterpreterResolver;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jinjava.javax.el.CompositeELResolver;
import jinjava.javax.el.ELResolver;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.config.ModelException;

/**
 * The chat template of a checkpoint, in Jinja. It writes the turns as {@code apply_chat_template(…, add_generation_prompt=True)} of
 * transformers does.
 */
public final class ChatTemplate {
    private static final int MAX_CHARACTERS = 64 << 20;
    private static final Map<String, String> IMAGE = Map.of("type", "image");

    private final Jinjava jinja = new Jinjava(JinjavaConfig.newBuilder()
            .withMaxOutputSize(MAX_CHARACTERS)
            .withNestedInterpretationEnabled(false)
            .withElResolver(methods())
            .withLegacyOverrides(
                    LegacyOverrides.newBuilder().withIterateOverMapKeys(true).build())
            .build());
    private final String template;
    private final Map<String, String> specialTokens;

    /**
     * @param source the template in Jinja
     * @param specialTokens what the template may name, for example {@code bos_token}
     * @throws ModelException when a conversation cannot be written with the template
     */
    public ChatTemplate(final String source, final Map<String, String> specialTokens) {
        jinja.getGlobalContext()
                .registerFunction(
                        new ELFunctionDefinition("", "raise_exception", ChatTemplate.class, "refuse", String.class));
        this.template = TemplateText.forJinjava(source);
        this.specialTokens = Map.copyOf(specialTokens);
    }

    /**
     * Writes the conversation up to the place where the answer begins. Each image becomes what the template writes for it.
     *
     * @param system the turn of the system; null: there is none
     * @param texts what stands before, between and behind the images of the user's turn
     * @throws ModelException when the template cannot be rendered, or refuses the conversation
     */
    String render(final @Nullable String system, final List<String> texts) {
        final List<Map<String, Object>> messages = new ArrayList<>();
        if (system != null) {
            messages.add(Map.of("role", "system", "content", system));
        }
        messages.add(Map.of("role", "user", "content", texts.size() == 1 ? texts.get(0) : parts(texts)));
        final Map<String, Object> context = new HashMap<>(specialTokens);
        context.put("messages", messages);
        context.put("add_generation_prompt", true);
        final RenderResult result = jinja.renderForResult(template, context);
        if (!result.getErrors().isEmpty()) {
            throw new ModelException("the chat template cannot be rendered: "
                    + reason(result.getErrors().get(0)));
        }
        return result.getOutput();
    }

    private static String reason(final TemplateError error) {
        Throwable cause = error.getException();
        while (cause != null) {
            if (cause instanceof ModelException own) {
                return String.valueOf(own.getMessage());
            }
            cause = cause.getCause();
        }
        return "line " + error.getLineno() + ": " + error.getMessage();
    }

    private static ELResolver methods() {
        final CompositeELResolver methods = new CompositeELResolver();
        methods.add(new PythonStrings());
        methods.add(JinjavaInterpreterResolver.DEFAULT_RESOLVER_READ_ONLY);
        return methods;
    }

    /** A template calls this for a conversation that its model was not made for. */
    public static String refuse(final String reason) {
        throw new ModelException(reason);
    }

    private static List<Map<String, String>> parts(final List<String> texts) {
        final List<Map<String, String>> parts = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            if (i > 0) {
                parts.add(IMAGE);
            }
            if (!texts.get(i).isEmpty()) {
                parts.add(Map.of("type", "text", "text", texts.get(i)));
            }
        }
        return parts;
    }
}
