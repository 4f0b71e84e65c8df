package org.mtrljudge.standalone.run;

import java.nio.file.Path;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.builder.api.ConfigurationBuilder;
import org.apache.logging.log4j.core.config.builder.api.ConfigurationBuilderFactory;
import org.apache.logging.log4j.core.config.builder.impl.BuiltConfiguration;

/** Sends the services' logs into the run's folder; the terminal is kept for progress and results. */
public final class Logs {
    private static final String PATTERN = "%d{ISO8601} %-5level %logger{1} [%t] %msg%n";

    private Logs() {}

    public static void to(final Path file) {
        final ConfigurationBuilder<BuiltConfiguration> config = ConfigurationBuilderFactory.newConfigurationBuilder();
        config.setStatusLevel(
                Level.OFF); // a full disk is told once, by the command, not by every line that cannot be logged
        config.add(config.newAppender("file", "File")
                .addAttribute("fileName", file.toString())
                .add(config.newLayout("PatternLayout").addAttribute("pattern", PATTERN)));
        config.add(config.newLogger("org.mtrljudge", Level.INFO));
        config.add(config.newRootLogger(Level.WARN).add(config.newAppenderRef("file")));
        Configurator.reconfigure(config.build());
    }

    /** Before a run has a folder: what went wrong is told by the command itself. */
    public static void quiet() {
        Configurator.setRootLevel(Level.OFF);
    }
}
