package dev.spillway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The commands of the README, run as they stand there, but for the broker's address and the path of the jar. */
class ReadmeIT {
    private static final Path README = Path.of("..", "README.md");
    private static final String JAR = "app/target/spillway.jar";
    private static final String ADDRESS = "localhost:9092";
    private static final long PATIENCE_SECONDS = 90;

    @RegisterExtension
    static final TestKafka kafka = new TestKafka();

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path directory;

    @Test
    void theCommandsOfTheReadmeEndWell() throws Exception {
        String section = section("## Run it against your own cluster");
        Files.writeString(directory.resolve("spillway.properties"), localised(block(section, "properties")));
        kafka.client()
                .admin()
                .createTopics(List.of(new NewTopic("orders", Optional.of(4), Optional.empty())))
                .all()
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);

        List<String> commands = block(section, "bash")
                .lines()
                .filter(line -> line.startsWith("java -jar " + JAR))
                .toList();

        assertThat(commands).hasSizeGreaterThanOrEqualTo(4);
        for (String command : commands) {
            Result result = run(localised(command));
            assertThat(result.exitCode()).as(command + "\n" + result.output()).isZero();
        }
        assertThat(run(localised("java -jar " + JAR + " audit --config spillway.properties"))
                        .output())
                .contains("CONSERVED: each of 20,000 input records has exactly one outcome");
    }

    @Test
    void theServiceOfTheReadmeGetsTheRecordsByItsFourLines() throws Exception {
        assumeTrue(isThere("python3"), "there is a python3");
        String section = section("## Put it in front of your own service, in any language");
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        String lines = block(section, "properties").replace(":8000", ":" + port);
        assertThat(lines.lines()).hasSize(4);
        Files.writeString(
                directory.resolve("spillway.properties"),
                localised(block(section("## Run it against your own cluster"), "properties"))
                        .replace("orders", "jobs")
                        .replace("shed.policy=DROP_OLDEST", "shed.policy=BLOCK")
                        .replace("processor=job\n", lines));
        Files.writeString(
                directory.resolve("service.py"), block(section, "python").replace("8000", "" + port));

        Process service = new ProcessBuilder("python3", "service.py")
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("service.log").toFile())
                .start();
        try {
            assertThat(run(localised("java -jar " + JAR + " generate --bootstrap-server " + ADDRESS
                                    + " --topic jobs --partitions 2 --count 500 --mix cpu=50,delay=50 --poison 10"))
                            .exitCode())
                    .isZero();
            Result sidecar = run(localised("java -jar " + JAR + " run --config spillway.properties --until-end"));
            assertThat(sidecar.exitCode())
                    .as(sidecar.output() + Files.readString(directory.resolve("service.log")))
                    .isZero();
        } finally {
            service.toHandle().destroyForcibly();
        }

        assertThat(run(localised("java -jar " + JAR + " audit --config spillway.properties"))
                        .output())
                .contains("CONSERVED: each of 500 input records has exactly one outcome");
        assertThat(kafka.client().readCommitted("jobs-results"))
                .hasSizeGreaterThan(400)
                .allSatisfy(result -> assertThat(Outcomes.text(result.value())).startsWith("{\"id\": \""));
        assertThat(kafka.client().readCommitted("jobs-sidecar-dead-letters"))
                .isNotEmpty()
                .allSatisfy(letter -> assertThat(Outcomes.header(letter, "spillway.reason"))
                        .endsWith("the service answered 400: \"this is no job\""));
    }

    private static boolean isThere(String program) throws InterruptedException {
        try {
            return new ProcessBuilder(program, "--version").start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private record Result(int exitCode, String output) {}

    private Result run(String command) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(Arrays.asList(command.split(" ")));
        words.set(0, Path.of(System.getProperty("java.home"), "bin", "java").toString());
        Path output = Files.createTempFile(directory, "output", ".txt");
        Process process = new ProcessBuilder(words)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as("ended within %d s: %s%n%s", PATIENCE_SECONDS, command, Files.readString(output))
                    .isTrue();
            return new Result(process.exitValue(), Files.readString(output, UTF_8));
        } finally {
            process.toHandle().destroyForcibly();
        }
    }

    private static String localised(String text) {
        return text.replace(ADDRESS, kafka.bootstrapServers())
                .replace(JAR, Path.of("..", JAR).toAbsolutePath().normalize().toString());
    }

    private static String section(String heading) throws IOException {
        String readme = Files.readString(README);
        int start = readme.indexOf(heading);
        assertThat(start).as("the README has " + heading).isNotNegative();
        return readme.substring(start);
    }

    private static String block(String text, String language) {
        Matcher block =
                Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL).matcher(text);
        assertThat(block.find()).as("there is a block of " + language).isTrue();
        return block.group(1);
    }
}
