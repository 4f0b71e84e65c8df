package org.mtrljudge.settings.io;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;

/**
 * How files and answers are read and written, one mapper for each format. They are configured here and nowhere else; what differs at
 * one place is asked of a reader: {@code YAML.readerFor(…).with(…)}.
 */
public final class Mappers {
    /** Keys are a record's names as they are. */
    public static final ObjectMapper JSON = JsonMapper.builder().build();

    /** Keys are a record's names in snake case. A run's settings have a stricter one of their own. */
    public static final ObjectMapper YAML = YAMLMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    private Mappers() {}
}
