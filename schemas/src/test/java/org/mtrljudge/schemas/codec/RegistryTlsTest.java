package org.mtrljudge.schemas.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryTlsTest {
    private static final String PASSWORD = "123456";

    @TempDir
    private Path folder;

    private Path keys() throws Exception {
        final Path store = folder.resolve("keys.p12");
        final Process keytool = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "SAN=dns:localhost",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        PASSWORD))
                .redirectErrorStream(true)
                .start();
        assertThat(new String(keytool.getInputStream().readAllBytes())).isNotNull();
        assertThat(keytool.waitFor()).isZero();
        return store;
    }

    @Test
    void shouldTrustTheRegistryThatTheSettingsName() throws Exception {
        final KeyStore store = KeyStore.getInstance("PKCS12");
        final Path file = keys();
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD.toCharArray());
        }
        final KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(store, PASSWORD.toCharArray());
        final SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(managers.getKeyManagers(), null, null);
        final Path pem = Files.writeString(
                folder.resolve("ca.crt"),
                "-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(
                                        store.getCertificate(store.aliases().nextElement())
                                                .getEncoded())
                        + "\n-----END CERTIFICATE-----\n");
        try (FakeRegistry server = FakeRegistry.secured(tls)) {
            new HttpSchemaRegistry(
                            server.url(),
                            Map.of(
                                    "schema.registry.ssl.truststore.type",
                                    "PEM",
                                    "schema.registry.ssl.truststore.location",
                                    pem.toString()),
                            Duration.ofSeconds(5))
                    .check();
            assertThat(server.requests).containsExactly("GET /schemas/types");
            assertThatThrownBy(() -> new HttpSchemaRegistry(server.url(), Map.of(), Duration.ofSeconds(30)).schemaOf(1))
                    .isInstanceOfSatisfying(
                            RegistryException.class,
                            e -> assertThat(e.mayPass()).isFalse())
                    .hasMessageContaining("is not trusted")
                    .hasMessageContaining("schema.registry.ssl.truststore");
        }
    }

    @Test
    void shouldNameAStoreThatCannotBeRead() {
        assertThatThrownBy(() -> new HttpSchemaRegistry(
                        "https://localhost",
                        Map.of("schema.registry.ssl.truststore.location", folder + "/absent"),
                        Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("schema.registry.ssl.")
                .hasMessageContaining("absent");
    }
}
