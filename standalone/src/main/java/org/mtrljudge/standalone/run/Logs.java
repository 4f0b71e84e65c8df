package org.mtrljudge.standalone.run;

import java.nio.file.Path;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.builder.api.ConfigurationBuilder;
import org.apache.logging.log4j.core.config.builder.api.ConfigurationBuilderFactory;
import org.apache.logging.log4j.core.config.builder.impl.BuiltConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes the logs of the services to the folder of the run. The terminal shows only progress and results. */
public final class Logs {
    private static final String PATTERN = "%d{ISO8601} %-5level %logger{1} [%t] %msg%n";

    // without a shutdown hook, log4j forgets a configuration that no logger holds
    private static final Logger LOG = LoggerFactory.getLogger(Logs.class);

    private Logs() {}

    /** @param file gets what is logged from now on */
    public static void to(final Path file) {
        final ConfigurationBuilder<BuiltConfiguration> config = ConfigurationBuilderFactory.newConfigurationBuilder();
        // the command reports a full disk once; without this, every line that cannot be logged would report it
        config.setStatusLevel(Level.OFF);
        config.setShutdownHook("disable");
        config.add(config.newAppender("file", "File")
                .addAttribute("fileName", file.toString())
                .add(config.newLayout("PatternLayout").addAttribute("pattern", PATTERN)));
        config.add(config.newLogger("org.mtrljudge", Level.INFO));
        config.add(config.newRootLogger(Level.WARN).add(config.newAppenderRef("file")));
        Configurator.reconfigure(config.build());
        LOG.info("Java {} on {} {}", Runtime.version(), System.getProperty("os.name"), System.getProperty("os.arch"));
    }
}
