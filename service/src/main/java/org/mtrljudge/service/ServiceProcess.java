package org.mtrljudge.service;

import io.micronaut.runtime.Micronaut;
import java.util.Map;
import java.util.function.Function;
import org.mtrljudge.settings.SettingsTree;
import org.mtrljudge.settings.UsageException;

/** A service's {@code main}: settings, logs, then a Micronaut application with the service's loop beside its HTTP server. */
public final class ServiceProcess {
    /** What chooses a service's beans where several lie on the class path. */
    public static final String SERVICE = "judge.service";

    private ServiceProcess() {}

    /**
     * Returns when the service has started; wrong settings end the process with 2.
     *
     * @param sections binds what the service reads of the run's settings, to be injected: wrong ones are found before anything starts
     */
    public static void start(
            final String service, final Class<?> application, final Function<SettingsTree, ? extends Record> sections) {
        System.setProperty("log4j2.isThreadContextMapInheritable", "true");
        System.setProperty("log4j2.shutdownHookEnabled", "false"); // what a loop says while it stops is to be read, too
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
