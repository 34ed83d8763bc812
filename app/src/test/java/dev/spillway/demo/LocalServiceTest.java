package dev.spillway.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LocalServiceTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    /** A process that starts a service, prints its process id and waits to be killed. */
    static final class Parent {
        private Parent() {}

        public static void main(String[] args) throws IOException {
            try (LocalService service = LocalService.start(0)) {
                System.out.println(service.pid());
                System.in.transferTo(OutputStream.nullOutputStream());
            }
        }
    }

    private static HttpResponse<String> post(LocalService service, String key) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(service.url())
                .header("Spillway-Key", key)
                .POST(BodyPublishers.ofString("work"))
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString(UTF_8));
    }

    @Test
    void it_works_refuses_one_key_and_is_busy_now_and_then() throws Exception {
        try (LocalService service = LocalService.start(0)) {
            assertThat(post(service, "key-1").body()).isEqualTo("done");
            assertThat(post(service, ServiceMain.REFUSED_KEY).statusCode()).isEqualTo(422);
            int busy = 0;
            for (int i = 0; i < 50; i++) {
                busy += post(service, "key-1").statusCode() == 503 ? 1 : 0;
            }
            assertThat(busy).isEqualTo(1);
        }
    }

    @Test
    void it_ends_when_it_is_closed() {
        LocalService service = LocalService.start(0);
        ProcessHandle process = ProcessHandle.of(service.pid()).orElseThrow();

        service.close();

        assertThat(process.isAlive()).isFalse();
    }

    @Test
    void it_ends_with_its_parent_though_that_is_killed() throws Exception {
        Process parent = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Parent.class.getName())
                .redirectError(Redirect.INHERIT)
                .start();
        ProcessHandle service;
        try (BufferedReader output = parent.inputReader(UTF_8)) {
            service = ProcessHandle.of(Long.parseLong(Objects.requireNonNull(output.readLine())))
                    .orElseThrow();
        }
        try {
            parent.toHandle().destroyForcibly();

            await("end of the service").atMost(SOON).until(() -> isGone(service));
        } finally {
            service.destroyForcibly();
        }
    }

    /** A process whose parent is dead may stay as a zombie for long; it has no executable any more. */
    private static boolean isGone(ProcessHandle process) {
        return !process.isAlive() || process.info().command().isEmpty();
    }
}
