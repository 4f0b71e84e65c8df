package org.mtrljudge.settings;

import java.util.List;

/** Checks the bounds of settings. The message of a failure names the setting, its value and the allowed values. */
public final class Check {
    private Check() {}

    /** @throws IllegalArgumentException unless {@code low <= value <= high} */
    public static void range(final String key, final double value, final double low, final double high) {
        if (!(value >= low && value <= high)) {
            throw new IllegalArgumentException(
                    key + " is " + number(value) + ", allowed is " + number(low) + " to " + number(high));
        }
    }

    /** @throws IllegalArgumentException unless the value is one of the choices */
    public static void choice(final String key, final String value, final List<String> choices) {
        if (!choices.contains(value)) {
            throw new IllegalArgumentException(key + " is '" + value + "', allowed is " + String.join(", ", choices));
        }
    }

    private static String number(final double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
