package dev.spillway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigVariablesTest {
    private static final String SECRET = "s3cr3t\\1 $2";

    @TempDir
    Path directory;

    private String file = "";

    @BeforeEach
    void keepASecret() throws Exception {
        file = Files.writeString(
                        directory.resolve("secrets.properties"),
                        "password=s3cr3t\\\\1 $2\nnumber=x17\nreference=${env:PATH}\n")
                .toString();
        Files.writeString(directory.resolve("token"), SECRET);
    }

    @Test
    void a_setting_may_say_where_its_value_or_a_part_of_it_is_kept() {
        assertThat(SpillwayConfig.resolve(Map.of(
                        "a",
                        "${file:" + file + ":password}",
                        "b",
                        "user=\"u\" password=\"${directory:" + directory + ":token}\";",
                        "c",
                        "${env:PATH}",
                        "d",
                        "nothing ${special} ${here:at:all}")))
                .containsOnly(
                        Map.entry("a", SECRET),
                        Map.entry("b", "user=\"u\" password=\"" + SECRET + "\";"),
                        Map.entry("c", System.getenv("PATH")),
                        Map.entry("d", "nothing ${special} ${here:at:all}"));
    }

    @Test
    void what_is_kept_there_is_data_and_refers_to_nothing() {
        assertThat(SpillwayConfig.resolve(Map.of("a", "${file:" + file + ":reference}")))
                .containsEntry("a", "${env:PATH}");
    }

    @Test
    void in_a_stage_too_what_is_kept_there_is_data_and_refers_to_nothing() {
        SpillwayConfig config = Settings.minimal()
                .without("processor")
                .with("stages", "first,second")
                .with("stage.first.processor", "identity")
                .with("stage.second.processor", "identity")
                .with("stage.second.shed.policy", "BLOCK")
                .with("stage.second.processor.password", "${file:" + file + ":reference}")
                .config();

        assertThat(config.stages().get(1).processing().processorSettings()).containsEntry("password", "${env:PATH}");
    }

    @Test
    void what_is_not_there_is_told_with_the_key_and_the_variable() {
        for (String variable : new String[] {
            "${file:" + file + ":absent}",
            "${file:/no/such/file:password}",
            "${directory:/no/such/directory:token}",
            "${env:SPILLWAY_TEST_NO_SUCH_VARIABLE}"
        }) {
            assertThatThrownBy(() -> SpillwayConfig.resolve(Map.of("sasl.jaas.config", variable)))
                    .isInstanceOf(InvalidConfigException.class)
                    .hasMessageStartingWith("sasl.jaas.config refers to " + variable)
                    .hasMessageContaining("check the path");
        }
    }

    @Test
    void a_value_from_elsewhere_is_shown_by_where_it_is_from_whatever_its_key() {
        SpillwayConfig config = Settings.minimal()
                .with("processor.endpoint", "${file:" + file + ":password}")
                .with("processor.password", "${file:" + file + ":password}")
                .config();
        assertThat(config.processorSettings()).containsEntry("endpoint", SECRET);
        assertThat(config.shown())
                .containsEntry("processor.endpoint", "${file:" + file + ":password}")
                .containsEntry("processor.password", "[hidden]");
        assertThat(config.shown().values()).noneMatch(value -> value.contains(SECRET));
    }

    @Test
    void an_error_about_such_a_value_does_not_quote_it() {
        for (String key :
                new String[] {"workers", "consumer.max.poll.records", "admin.listen", "http.url", "drop.topic"}) {
            assertThatThrownBy(() -> Settings.minimal()
                            .with("processor", "http")
                            .with("http.url", "http://localhost/")
                            .with(key, "${file:" + file + (key.equals("workers") ? ":number}" : ":password}"))
                            .config())
                    .as(key)
                    .isInstanceOf(InvalidConfigException.class)
                    .hasMessageNotContaining("s3cr3t")
                    .hasMessageNotContaining("x17")
                    .hasMessageContaining(key.replace("consumer.", ""));
        }
    }

    @Test
    void an_error_about_a_file_that_ends_with_a_line_break_does_not_quote_it_either() throws Exception {
        Files.writeString(directory.resolve("hook"), "hooks.example.org/s3cr3t\n");
        for (String key : new String[] {"http.url", "admin.listen", "drop.topic", "job.io.allowed.hosts"}) {
            assertThatThrownBy(() -> Settings.minimal()
                            .with(key, "${directory:" + directory + ":hook}")
                            .config())
                    .as(key)
                    .isInstanceOf(InvalidConfigException.class)
                    .hasMessageNotContaining("s3cr3t")
                    .hasMessageContaining(key);
        }
    }
}
