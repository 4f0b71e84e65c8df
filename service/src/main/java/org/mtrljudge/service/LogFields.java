package org.mtrljudge.service;

import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.builder.api.ConfigurationBuilder;
import org.apache.logging.log4j.core.config.builder.api.ConfigurationBuilderFactory;
import org.apache.logging.log4j.core.config.builder.impl.BuiltConfiguration;
import org.slf4j.MDC;

/**
 * Logs of a service's process: a JSON object a line on standard output, with its run and the policy version it is at, which the loops put
 * into the MDC.
 */
final class LogFields {
    private static final String TEMPLATE = """
            {"time": {"$resolver": "timestamp"},
             "level": {"$resolver": "level", "field": "name"},
             "service": {"$resolver": "mdc", "key": "service"},
             "run": {"$resolver": "mdc", "key": "run"},
             "id": {"$resolver": "mdc", "key": "id"},
             "policyVersion": {"$resolver": "mdc", "key": "policyVersion"},
             "logger": {"$resolver": "logger", "field": "name"},
             "thread": {"$resolver": "thread", "field": "name"},
             "message": {"$resolver": "message", "stringified": true},
             "exception": {"$resolver": "exception", "field": "stackTrace", "stackTrace": {"stringified": true}}}
            """;

    private LogFields() {}

    static void configure() {
        final ConfigurationBuilder<BuiltConfiguration> config = ConfigurationBuilderFactory.newConfigurationBuilder();
        config.setStatusLevel(Level.ERROR);
        config.add(config.newAppender("out", "Console")
                .add(config.newLayout("JsonTemplateLayout").addAttribute("eventTemplate", TEMPLATE)));
        config.add(config.newLogger("org.mtrljudge", Level.INFO));
        config.add(
                config.newLogger("org.apache.kafka.clients.NetworkClient", Level.ERROR)); // waiting is told once, by us
        config.add(config.newRootLogger(Level.WARN).add(config.newAppenderRef("out")));
        Configurator.reconfigure(config.build());
    }

    /** For the lines of the calling thread and, as log4j is told at the start, of those it begins. */
    static void ofProcess(final ServiceSettings settings) {
        MDC.put("service", settings.service());
        MDC.put("run", settings.run());
        MDC.put("id", settings.id());
    }
}
