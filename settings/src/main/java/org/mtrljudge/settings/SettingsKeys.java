package org.mtrljudge.settings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.TreeSet;

/** Checks that a tree of settings has the keys of the defaults, and a value wherever the defaults have one, but for texts. */
final class SettingsKeys {
    private SettingsKeys() {}

    /** @throws UsageException that names the key */
    static void check(final ObjectNode given, final ObjectNode defaults) {
        checkSection(given, defaults, "");
    }

    private static void checkSection(final ObjectNode given, final ObjectNode known, final String prefix) {
        given.fieldNames().forEachRemaining(name -> {
            if (!known.has(name)) {
                final TreeSet<String> allowed = new TreeSet<>();
                known.fieldNames().forEachRemaining(allowed::add);
                throw new UsageException(
                        "unknown setting '" + prefix + name + "'; allowed here: " + String.join(", ", allowed));
            }
        });
        known.properties().forEach(entry -> {
            final String key = prefix + entry.getKey();
            final JsonNode value = given.get(entry.getKey());
            if (value == null) {
                throw new UsageException(
                        "setting '" + key + "' is missing, because its whole section was set: set single"
                                + " settings, as in --set rollout.n=8");
            }
            if (value.isNull() && !entry.getValue().isNull() && !key.equals(TextSettings.KEY)) {
                throw new UsageException("setting '" + key + "' has no value; its default is " + entry.getValue());
            }
            // the user chooses the names in a section that is empty by default: clients, task_weights
            if (value instanceof ObjectNode section
                    && entry.getValue() instanceof ObjectNode there
                    && !there.isEmpty()) {
                checkSection(section, there, key + ".");
            } else if (!SettingsTree.CLIENTS.contains(key)) {
                checkValues(value, key);
            }
        });
    }

    private static void checkValues(final JsonNode listOrMap, final String key) {
        for (final JsonNode value : listOrMap) {
            if (value.isNull()) {
                throw new UsageException("setting '" + key + "' is " + listOrMap + ": remove what is empty in it");
            }
        }
    }
}
