package dev.spillway.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.Application;
import dev.spillway.SecureKafka;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A sidecar that knows secrets, told to log all that it has to say, says none of them anywhere. */
@Timeout(120)
class SecretsIT {
    private static final String PLAIN = "t0ken-in-plain-text";

    @RegisterExtension
    static final SecureKafka kafka = new SecureKafka();

    @TempDir
    Path directory;

    @AfterEach
    void forget() throws Exception {
        kafka.forgetAll();
    }

    @Test
    void noSecretIsInALogAThreadsNameAMetricOrAPage() throws Exception {
        int port = freePort();
        Application application = Application.on(kafka.openServers(), kafka.client(), 1)
                .with("admin.listen", "127.0.0.1:" + port)
                .with("processor.endpoint", "${file:" + kafka.secrets() + ":password}")
                .with("processor.api.token", PLAIN);
        kafka.scram().forEach(application::with);
        allowAll();
        kafka.client().produce(application.input(), 10);

        try (SidecarProcess sidecar = SidecarProcess.start(
                application.writeTo(directory),
                List.of("-Dspillway.log.dev.spillway=debug", "-Dspillway.log.org.apache.kafka=info"))) {
            sidecar.awaitLog(" assigned \\[.+]");
            for (String path : List.of("/config", "/metrics", "/epochs", "/health/ready", "/health/stalled", "/")) {
                assertSaysNone(path, get(port, path));
            }
            assertThat(get(port, "/config")).contains("${file:" + kafka.secrets() + ":password}", "[hidden]");
            assertSaysNone("the threads' names and stacks", threads(sidecar.pid()));
            sidecar.terminateConserved();
            assertThat(sidecar.log())
                    .as("that Kafka's clients log their settings")
                    .contains("sasl.jaas.config = [hidden]");
            assertSaysNone("stdout and stderr", sidecar.toString());
        }
    }

    private static void assertSaysNone(String where, String text) {
        assertThat(text).as(where).isNotBlank().doesNotContain(SecureKafka.PASSWORD, PLAIN);
    }

    private void allowAll() throws Exception {
        for (ResourceType type : List.of(ResourceType.TOPIC, ResourceType.GROUP, ResourceType.TRANSACTIONAL_ID)) {
            kafka.allow(
                    SecureKafka.SCRAM_PRINCIPAL, new ResourcePattern(type, "*", PatternType.LITERAL), AclOperation.ALL);
        }
    }

    private static String get(int port, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(30))
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    }

    private static String threads(long pid) throws IOException {
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(pid),
                        "Thread.print")
                .redirectErrorStream(true)
                .start();
        try (BufferedReader answer = jcmd.inputReader(UTF_8)) {
            return answer.lines().collect(Collectors.joining("\n"));
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
