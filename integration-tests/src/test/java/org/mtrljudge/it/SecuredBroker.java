package org.mtrljudge.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.standalone.broker.EmbeddedBroker;

/**
 * A broker that requires TLS, a user and a password. Each user has the rights that a Kubernetes manifest gives it. The test itself uses
 * a second listener.
 */
final class SecuredBroker implements AutoCloseable {
    private static final String STORE_PASSWORD = "store-password";
    private final Path folder;
    private final EmbeddedBroker broker;
    private final int port;

    private SecuredBroker(final Path folder, final EmbeddedBroker broker, final int port) {
        this.folder = folder;
        this.broker = broker;
        this.port = port;
    }

    static SecuredBroker start(final Path folder) throws Exception {
        final int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        keytool(
                "-genkeypair",
                "-alias",
                "broker",
                "-keyalg",
                "RSA",
                "-validity",
                "2",
                "-dname",
                "CN=127.0.0.1",
                "-ext",
                "san=ip:127.0.0.1",
                "-keystore",
                folder.resolve("broker.p12").toString());
        keytool(
                "-exportcert",
                "-rfc",
                "-alias",
                "broker",
                "-file",
                folder.resolve("ca.crt").toString(),
                "-keystore",
                folder.resolve("broker.p12").toString());
        final Map<String, String> secured = new LinkedHashMap<>();
        secured.put("listeners", "SECURED://127.0.0.1:" + port);
        secured.put("advertised.listeners", "SECURED://127.0.0.1:" + port);
        secured.put("listener.security.protocol.map", "SECURED:SASL_SSL");
        secured.put("sasl.enabled.mechanisms", "SCRAM-SHA-512");
        secured.put("ssl.keystore.type", "PKCS12");
        secured.put("ssl.keystore.location", folder.resolve("broker.p12").toString());
        secured.put("ssl.keystore.password", STORE_PASSWORD);
        secured.put("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        secured.put("super.users", "User:ANONYMOUS");
        secured.put(
                "listener.name.secured.scram-sha-512.sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required;");
        return new SecuredBroker(folder, EmbeddedBroker.start(folder.resolve("kafka"), 0, secured), port);
    }

    private static void keytool(final String... arguments) throws IOException, InterruptedException {
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of("-storepass", STORE_PASSWORD, "-storetype", "PKCS12"));
        final Process process =
                new ProcessBuilder(command).redirectErrorStream(true).start();
        final String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("keytool: " + said);
        }
    }

    /** The broker through the second listener, where everything is allowed. */
    EmbeddedBroker open() {
        return broker;
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    /** The file of the broker's certificate, as PEM. */
    Path certificate() {
        return folder.resolve("ca.crt");
    }

    /** Creates the users that a file lists as Strimzi KafkaUsers. Each password contains the user's name. Returns the names. */
    List<String> createUsers(final Path manifests) throws Exception {
        final List<String> users = new ArrayList<>();
        final List<AclBinding> acls = new ArrayList<>();
        try (Admin admin = KafkaClients.admin(Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, broker.address()))) {
            for (final JsonNode user : new YAMLMapper()
                    .readerFor(JsonNode.class)
                    .<JsonNode>readValues(manifests.toFile())
                    .readAll()) {
                final String name = user.at("/metadata/name").asText();
                users.add(name);
                user.at("/spec/authorization/acls").forEach(acl -> acls.addAll(bindings(name, acl)));
                admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(
                                name, new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096), password(name))))
                        .all()
                        .get();
            }
            admin.createAcls(acls).all().get();
        }
        return users;
    }

    private static List<AclBinding> bindings(final String user, final JsonNode acl) {
        final ResourceType type = switch (acl.at("/resource/type").asText()) {
            case "topic" -> ResourceType.TOPIC;
            case "group" -> ResourceType.GROUP;
            case "transactionalId" -> ResourceType.TRANSACTIONAL_ID;
            default -> throw new IllegalArgumentException(acl.toString());
        };
        final PatternType pattern =
                acl.at("/resource/patternType").asText().equals("prefix") ? PatternType.PREFIXED : PatternType.LITERAL;
        final ResourcePattern resource =
                new ResourcePattern(type, acl.at("/resource/name").asText(), pattern);
        final List<AclBinding> bindings = new ArrayList<>();
        acl.get("operations")
                .forEach(operation -> bindings.add(new AclBinding(
                        resource,
                        new AccessControlEntry(
                                "User:" + user,
                                "*",
                                AclOperation.fromString(operation.asText().replaceAll("(?<=[a-z])(?=[A-Z])", "_")),
                                AclPermissionType.ALLOW))));
        return bindings;
    }

    static String password(final String user) {
        return "secret-of-" + user;
    }

    /** Writes the JAAS file that Strimzi's user operator would write. */
    Path jaas(final String user, final String password) throws IOException {
        return Files.writeString(
                folder.resolve(user + ".jaas"),
                "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"" + user + "\" password=\""
                        + password + "\";");
    }

    @Override
    public void close() {
        broker.close();
    }
}
