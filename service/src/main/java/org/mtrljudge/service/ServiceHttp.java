package org.mtrljudge.service;

import java.util.Map;

/** What is served over HTTP: {@code /health} with its parts, {@code /prometheus}, and the service's own controllers. */
public final class ServiceHttp {
    private static final int ANY = -1; // Micronaut's word for any free port

    private ServiceHttp() {}

    /**
     * Micronaut's properties for that.
     *
     * @param port 0 for any free one
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
