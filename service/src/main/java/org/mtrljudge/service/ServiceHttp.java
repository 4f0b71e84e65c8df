package org.mtrljudge.service;

import java.util.Map;

/** The HTTP server of a service: {@code /health} with its parts, {@code /prometheus}, and the service's own controllers. */
public final class ServiceHttp {
    // Micronaut's value for any free port
    private static final int ANY = -1;

    private ServiceHttp() {}

    /**
     * The Micronaut properties of this server.
     *
     * @param host the address to listen on
     * @param port the port to listen on; 0: any free port
     */
    public static Map<String, Object> properties(final String host, final int port) {
        return Map.of(
                "micronaut.application.name", "judge",
                "micronaut.server.host", host,
                "micronaut.server.port", port == 0 ? ANY : port,
                "endpoints.all.enabled", false,
                "endpoints.health.enabled", true,
                "endpoints.health.details-visible", "ANONYMOUS",
                "endpoints.health.disk-space.enabled", false,
                "endpoints.prometheus.enabled", true,
                "endpoints.prometheus.sensitive", false);
    }
}
