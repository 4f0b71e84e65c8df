package org.mtrljudge.service;

import io.micronaut.runtime.Micronaut;
import java.util.Map;
import java.util.function.Function;
import org.mtrljudge.settings.SettingsTree;
import org.mtrljudge.settings.UsageException;

/** The {@code main} of a service: settings, logs, then a Micronaut application with the loop of the service beside its HTTP server. */
public final class ServiceProcess {
    /** The property that selects the beans of one service where the class path contains several services. */
    public static final String SERVICE = "judge.service";

    private ServiceProcess() {}

    /**
     * Starts a service, and returns when it has started. Wrong settings end the process with 2.
     *
     * @param service the name of the service
     * @param application the main class of the service
     * @param sections binds the settings that the service reads, for injection. Wrong settings are found before anything starts.
     */
    public static void start(
            final String service, final Class<?> application, final Function<SettingsTree, ? extends Record> sections) {
        System.setProperty("log4j2.isThreadContextMapInheritable", "true");
        // the messages of a loop that is stopping must also reach the log
        System.setProperty("log4j2.shutdownHookEnabled", "false");
        LogFields.configure();
        try {
            final ServiceSettings settings = ServiceSettings.of(service, System.getenv());
            LogFields.ofProcess(settings);
            Micronaut.build(new String[0])
                    .mainClass(application)
                    .banner(false)
                    .singletons(settings, sections.apply(settings.tree()))
                    .properties(Map.of(SERVICE, service))
                    .properties(ServiceHttp.properties(
                            settings.http().host(), settings.http().port()))
                    .start();
        } catch (final UsageException e) {
            System.err.println(service + ": " + e.getMessage());
            System.exit(2);
        }
    }
}
