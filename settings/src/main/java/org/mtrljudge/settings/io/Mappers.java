package org.mtrljudge.settings.io;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;

/**
 * The mappers that read and write files and HTTP answers, one per format. They are configured only here. Code that needs another
 * option sets it on a reader: {@code YAML.readerFor(…).with(…)}.
 */
public final class Mappers {
    /** Keys are the names of the record components, unchanged. */
    public static final ObjectMapper JSON = JsonMapper.builder().build();

    /** Keys are the names of the record components in snake case. The settings of a run use a separate, stricter mapper. */
    public static final ObjectMapper YAML = YAMLMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    private Mappers() {}
}
