package org.mtrljudge.service;

import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.builder.api.ConfigurationBuilder;
import org.apache.logging.log4j.core.config.builder.api.ConfigurationBuilderFactory;
import org.apache.logging.log4j.core.config.builder.impl.BuiltConfiguration;
import org.slf4j.MDC;

/**
 * Configures the log of a service process: one JSON object per line on standard output. Every line contains the run and the current
 * policy version, which the loops put into the MDC.
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
        // this client warns at every attempt to connect; the service itself says once that it waits
        config.add(config.newLogger("org.apache.kafka.clients.NetworkClient", Level.ERROR));
        config.add(config.newRootLogger(Level.WARN).add(config.newAppenderRef("out")));
        Configurator.reconfigure(config.build());
    }

    /** Sets the fields for the log lines of the calling thread and of the threads that it starts, which inherit them. */
    static void ofProcess(final ServiceSettings settings) {
        MDC.put("service", settings.service());
        MDC.put("run", settings.run());
        MDC.put("id", settings.id());
    }
}
