package org.mtrljudge.it.fuzz;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.io.PrintWriter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** Looks for inputs that break one fuzz target; fuzz/run starts it once per target, since Jazzer fuzzes one in a process. */
final class FuzzRun {
    private FuzzRun() {}

    /** Fuzzes the method {@code args[0]}, named {@code class#method}, and ends with 1 if an input broke it. */
    public static void main(final String[] args) {
        final var summary = new SummaryGeneratingListener();
        final var request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectMethod(args[0] + "(byte[])"))
                .build();
        LauncherFactory.create().execute(request, summary);
        summary.getSummary().printFailuresTo(new PrintWriter(System.out, true), 30);
        // threads of the target (HTTP servers, decoders) may go on
        Runtime.getRuntime()
                .halt(
                        summary.getSummary().getTestsSucceededCount() > 0
                                        && summary.getSummary().getTotalFailureCount() == 0
                                ? 0
                                : 1);
    }
}
