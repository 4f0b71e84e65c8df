package org.mtrljudge.model.input;

import java.beans.FeatureDescriptor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import jinjava.javax.el.ELContext;
import jinjava.javax.el.ELResolver;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.config.ModelException;

/** The methods of Python's strings that chat templates call. Jinjava has Java's. */
final class PythonStrings extends ELResolver {
    private static final String WHITE_SPACE = " \t\n\r\f\u000b";

    @Override
    public @Nullable Object invoke(
            final ELContext context,
            final @Nullable Object base,
            final Object method,
            final Class<?> @Nullable [] types,
            final @Nullable Object @Nullable [] arguments) {
        if (!(base instanceof String text)) {
            return null;
        }
        final List<String> given = arguments == null
                ? List.of()
                : Arrays.stream(arguments).map(String::valueOf).toList();
        final String first = given.isEmpty() ? WHITE_SPACE : given.get(0);
        final Object result = switch (method.toString()) {
            case "startswith" -> text.startsWith(first);
            case "endswith" -> text.endsWith(first);
            case "strip" -> stripped(text, first, true, true);
            case "lstrip" -> stripped(text, first, true, false);
            case "rstrip" -> stripped(text, first, false, true);
            case "split" -> given.isEmpty() ? words(text) : pieces(text, first);
            case "upper" -> text.toUpperCase(Locale.ROOT);
            case "lower" -> text.toLowerCase(Locale.ROOT);
            default -> null;
        };
        context.setPropertyResolved(result != null);
        return result;
    }

    private static String stripped(final String text, final String signs, final boolean left, final boolean right) {
        int from = 0;
        int to = text.length();
        while (left && from < to && signs.indexOf(text.charAt(from)) >= 0) {
            from++;
        }
        while (right && to > from && signs.indexOf(text.charAt(to - 1)) >= 0) {
            to--;
        }
        return text.substring(from, to);
    }

    private static List<String> words(final String text) {
        return Arrays.stream(text.split("\\s+")).filter(word -> !word.isEmpty()).toList();
    }

    private static List<String> pieces(final String text, final String separator) {
        if (separator.isEmpty()) {
            throw new ModelException("the chat template splits a text at an empty separator");
        }
        final List<String> pieces = new ArrayList<>();
        int from = 0;
        for (int at = text.indexOf(separator); at >= 0; at = text.indexOf(separator, from)) {
            pieces.add(text.substring(from, at));
            from = at + separator.length();
        }
        pieces.add(text.substring(from));
        return pieces;
    }

    // properties are left to the other resolvers

    @Override
    public @Nullable Object getValue(
            final ELContext context, final @Nullable Object base, final @Nullable Object property) {
        return null;
    }

    @Override
    public @Nullable Class<?> getType(
            final ELContext context, final @Nullable Object base, final @Nullable Object property) {
        return null;
    }

    @Override
    public void setValue(
            final ELContext context,
            final @Nullable Object base,
            final @Nullable Object property,
            final @Nullable Object value) {}

    @Override
    public boolean isReadOnly(final ELContext context, final @Nullable Object base, final @Nullable Object property) {
        return true;
    }

    @Override
    public Iterator<FeatureDescriptor> getFeatureDescriptors(final ELContext context, final @Nullable Object base) {
        return Collections.emptyIterator();
    }

    @Override
    public Class<?> getCommonPropertyType(final ELContext context, final @Nullable Object base) {
        return String.class;
    }
}
