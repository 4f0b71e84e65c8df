package org.mtrljudge.settings;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Reads enum settings. A settings file contains the name of a constant in lower case; every other value is refused. */
final class Choices extends JsonDeserializer<Object> {
    private final Class<?> type;

    private Choices(final Class<?> type) {
        this.type = type;
    }

    static SimpleModule module() {
        return new SimpleModule().setDeserializerModifier(new BeanDeserializerModifier() {
            @Override
            public JsonDeserializer<?> modifyEnumDeserializer(
                    final DeserializationConfig config,
                    final JavaType type,
                    final BeanDescription description,
                    final JsonDeserializer<?> usual) {
                return new Choices(type.getRawClass());
            }
        });
    }

    /** The names of the constants of an enum in lower case, in the order of the enum. */
    static List<String> words(final Class<?> type) {
        return Arrays.stream(type.getEnumConstants()).map(Choices::word).toList();
    }

    private static String word(final Object constant) {
        return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT);
    }

    @Override
    public Object deserialize(final JsonParser parser, final DeserializationContext context) throws IOException {
        final String text = parser.getText();
        for (final Object constant : type.getEnumConstants()) {
            if (word(constant).equals(text)) {
                return constant;
            }
        }
        throw InvalidFormatException.from(parser, "no such choice", text, type);
    }
}
