package dev.spillway;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.demo.LocalKafka;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * A cluster that allows nothing to those whom nobody has allowed it, with a listener for SCRAM over TLS and one for client certificates.
 * The tests' own client is a super user. Shared by all tests of one JVM, like {@link TestKafka}.
 */
public final class SecureKafka implements BeforeAllCallback {
    /** The password of the user and of the key stores; nothing else may look like it. */
    public static final String PASSWORD = "pAsSw0rd-0f-tests";

    /** Who the sidecar is on the SCRAM listener. */
    public static final String SCRAM_PRINCIPAL = "User:sidecar";

    /** Who it is by its certificate. */
    public static final String CERTIFICATE_PRINCIPAL = "User:CN=sidecar";

    private static final Namespace NAMESPACE = Namespace.create(SecureKafka.class);

    private @Nullable Cluster cluster;

    @Override
    public void beforeAll(ExtensionContext context) {
        cluster = context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(Cluster.class, type -> Cluster.start(), Cluster.class);
    }

    /** As a super user. */
    public ClusterClient client() {
        return cluster().client();
    }

    /** For clients that nobody has to allow anything. */
    public String openServers() {
        return cluster().kafka().bootstrapServers();
    }

    /** The properties file that holds the password under {@code password}. */
    public Path secrets() {
        return cluster().directory().resolve("secrets.properties");
    }

    /** What a client needs to come in with a password over TLS; the password is where {@link #secrets()} is. */
    public Map<String, String> scram() {
        return Map.of(
                "bootstrap.servers",
                "127.0.0.1:" + cluster().scramPort(),
                "security.protocol",
                "SASL_SSL",
                "sasl.mechanism",
                "SCRAM-SHA-512",
                "sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"sidecar\" password=\""
                        + variable() + "\";",
                "ssl.truststore.type",
                "PEM",
                "ssl.truststore.location",
                cluster().directory().resolve("broker.pem").toString());
    }

    /** What a client needs to come in with a certificate. */
    public Map<String, String> certificate() {
        return Map.of(
                "bootstrap.servers",
                "127.0.0.1:" + cluster().certificatePort(),
                "security.protocol",
                "SSL",
                "ssl.keystore.type",
                "PKCS12",
                "ssl.keystore.location",
                cluster().directory().resolve("sidecar.p12").toString(),
                "ssl.keystore.password",
                variable(),
                "ssl.key.password",
                variable(),
                "ssl.truststore.type",
                "PEM",
                "ssl.truststore.location",
                cluster().directory().resolve("broker.pem").toString());
    }

    private String variable() {
        return "${file:" + secrets() + ":password}";
    }

    /** Allows a principal an operation. */
    public void allow(String principal, ResourcePattern resource, AclOperation operation) throws Exception {
        AccessControlEntry entry = new AccessControlEntry(principal, "*", operation, AclPermissionType.ALLOW);
        client().admin()
                .createAcls(List.of(new AclBinding(resource, entry)))
                .all()
                .get(30, SECONDS);
    }

    /** Takes all that was allowed away again. */
    public void forgetAll() throws Exception {
        client().admin().deleteAcls(List.of(AclBindingFilter.ANY)).all().get(30, SECONDS);
    }

    private Cluster cluster() {
        return Objects.requireNonNull(
                cluster, "SecureKafka starts before the first test, as a static @RegisterExtension");
    }

    private record Cluster(LocalKafka kafka, ClusterClient client, Path directory, int scramPort, int certificatePort)
            implements AutoCloseable {
        static Cluster start() {
            try {
                Path directory = Files.createTempDirectory("spillway-secure-");
                Files.writeString(directory.resolve("secrets.properties"), "password=" + PASSWORD + "\n");
                makeKey(directory, "broker", "CN=localhost", "-ext", "SAN=ip:127.0.0.1");
                makeKey(directory, "sidecar", "CN=sidecar");
                int scramPort = freePort();
                int certificatePort = freePort();
                LocalKafka kafka = kafka(directory, scramPort, certificatePort);
                ClusterClient client = new ClusterClient(kafka.bootstrapServers());
                makeUser(client);
                return new Cluster(kafka, client, directory, scramPort, certificatePort);
            } catch (Exception e) {
                throw new IllegalStateException("no secure cluster", e);
            }
        }

        private static LocalKafka kafka(Path directory, int scramPort, int certificatePort)
                throws InterruptedException {
            return LocalKafka.builder()
                    .listener("SASL_SSL", scramPort)
                    .listener("SSL", certificatePort)
                    .property("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer")
                    // Who comes in without security: the brokers among themselves, and the tests.
                    .property("super.users", "User:ANONYMOUS")
                    .property("sasl.enabled.mechanisms", "SCRAM-SHA-512")
                    .property(
                            "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config",
                            "org.apache.kafka.common.security.scram.ScramLoginModule required;")
                    .property("listener.name.ssl.ssl.client.auth", "required")
                    .property("ssl.keystore.type", "PKCS12")
                    .property(
                            "ssl.keystore.location",
                            directory.resolve("broker.p12").toString())
                    .property("ssl.keystore.password", PASSWORD)
                    .property("ssl.key.password", PASSWORD)
                    .property("ssl.truststore.type", "PEM")
                    .property(
                            "ssl.truststore.location",
                            directory.resolve("sidecar.pem").toString())
                    .start();
        }

        private static void makeUser(ClusterClient client) throws Exception {
            client.admin()
                    .alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(
                            "sidecar",
                            new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096),
                            PASSWORD.getBytes(StandardCharsets.UTF_8))))
                    .all()
                    .get(30, SECONDS);
        }

        /** A key with a certificate that it has signed itself, as a key store and as a PEM file for those who are to trust it. */
        private static void makeKey(Path directory, String name, String subject, String... more) throws Exception {
            List<String> generate = new ArrayList<>(List.of(
                    "-genkeypair",
                    "-alias",
                    name,
                    "-keyalg",
                    "EC",
                    "-dname",
                    subject,
                    "-validity",
                    "2",
                    "-storetype",
                    "PKCS12"));
            generate.addAll(List.of(more));
            keytool(directory, name, generate);
            keytool(directory, name, List.of("-exportcert", "-alias", name, "-rfc", "-file", name + ".pem"));
        }

        private static void keytool(Path directory, String name, List<String> arguments) throws Exception {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
            command.addAll(arguments);
            command.addAll(List.of("-keystore", name + ".p12", "-storepass", PASSWORD));
            Process process = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(said).isZero();
        }

        private static int freePort() throws IOException {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            }
        }

        @Override
        public void close() throws IOException {
            client.close();
            kafka.close();
            for (String file :
                    List.of("secrets.properties", "broker.p12", "broker.pem", "sidecar.p12", "sidecar.pem")) {
                Files.deleteIfExists(directory.resolve(file));
            }
            Files.delete(directory);
        }
    }
}
