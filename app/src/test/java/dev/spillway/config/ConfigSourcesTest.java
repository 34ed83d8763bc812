package dev.spillway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init") // JUnit sets the directory
class ConfigSourcesTest {
    @TempDir
    private Path directory;

    private Path file = Path.of("none");

    @BeforeEach
    void placeFile() {
        file = directory.resolve("spillway.properties");
    }

    private void write(String text) throws IOException {
        Files.writeString(file, text);
    }

    @Test
    void the_environment_goes_over_the_file_and_options_over_both() throws IOException {
        write("shed.policy=BLOCK\nworkers=1\nqueue.capacity=10\n");

        assertThat(ConfigSources.merge(
                        file,
                        Map.of("SPILLWAY_WORKERS", "2", "SPILLWAY_QUEUE_CAPACITY", "20"),
                        Map.of("queue.capacity", "30")))
                .isEqualTo(Map.of("shed.policy", "BLOCK", "workers", "2", "queue.capacity", "30"));
    }

    @Test
    void the_environment_can_set_what_passes_through_to_the_clients() throws IOException {
        write("");

        assertThat(ConfigSources.merge(
                        file,
                        Map.of(
                                "SPILLWAY_CONSUMER_MAX_POLL_RECORDS", "50",
                                "SPILLWAY_PRODUCER_LINGER_MS", "5",
                                "SPILLWAY_SASL_JAAS_CONFIG", "x",
                                "SPILLWAY_PROCESSOR_URL", "y"),
                        Map.of()))
                .isEqualTo(Map.of(
                        "consumer.max.poll.records", "50",
                        "producer.linger.ms", "5",
                        "sasl.jaas.config", "x",
                        "processor.url", "y"));
    }

    @Test
    void variables_that_stand_for_no_key_are_left_alone() throws IOException {
        write("");

        assertThat(ConfigSources.merge(
                        file, Map.of("SPILLWAY_SERVICE_HOST", "10.0.0.1", "WORKERS", "3", "PATH", "/bin"), Map.of()))
                .isEmpty();
    }

    @Test
    void an_option_that_is_no_key_is_kept_so_that_it_can_be_refused() throws IOException {
        write("");

        assertThat(ConfigSources.merge(file, Map.of(), Map.of("shed.polcy", "BLOCK")))
                .containsKey("shed.polcy");
    }

    @Test
    void values_are_utf_8_without_the_blanks_around_them() throws IOException {
        write("processor.greeting = grüße \t\n");

        assertThat(ConfigSources.readFile(file)).isEqualTo(Map.of("processor.greeting", "grüße"));
    }

    @Test
    void a_file_that_does_not_exist_is_named() {
        assertThatThrownBy(() -> ConfigSources.readFile(file))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContainingAll(file.toString(), "does not exist");
    }

    @Test
    void a_file_that_is_no_properties_file_is_named_and_not_quoted() throws IOException {
        Files.write(file, "password=\\uhunter2".getBytes(StandardCharsets.ISO_8859_1));

        assertThatThrownBy(() -> ConfigSources.readFile(file))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining(file.toString())
                .message()
                .doesNotContain("hunter2");
    }

    @Test
    void a_file_in_another_encoding_is_named() throws IOException {
        Files.write(file, "application.id=grüße".getBytes(StandardCharsets.ISO_8859_1));

        assertThatThrownBy(() -> ConfigSources.readFile(file))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContainingAll(file.toString(), "UTF-8");
    }
}
