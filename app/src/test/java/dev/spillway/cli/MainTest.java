package dev.spillway.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class MainTest {
    private static final String MINIMAL = """
            bootstrap.servers=localhost:1
            application.id=a
            input.topics=orders
            output.topic=results
            drop.topic=drops
            shed.policy=BLOCK
            processor=identity
            """;

    private static final String GENERATE = "generate --bootstrap-server localhost:1 --topic t ";

    private final FakeSession session = new FakeSession();

    /** What --verbose and log.format set is for the process, and the other tests are in it. */
    @AfterEach
    void forgetLogSettings() {
        Logging.setUp(false);
    }

    @Test
    void without_a_command_it_names_the_commands() {
        assertThat(session.run()).isEqualTo(1);
        assertThat(session.err())
                .contains("a command is missing")
                .contains("generate")
                .contains("--help");
        assertThat(session.out()).isEmpty();
    }

    @Test
    void help_and_version_are_results_and_end_with_0() {
        assertThat(session.run("--help")).isZero();
        assertThat(session.run("--version")).isZero();
        assertThat(session.out()).contains("Commands:").contains("spillway ");
        assertThat(session.err()).isEmpty();
    }

    @Test
    void every_command_has_a_help_that_fits_a_terminal_and_ends_with_an_example() {
        for (CommandLine command :
                Main.commandLine(session.session()).getSubcommands().values()) {
            String help = command.getUsageMessage(CommandLine.Help.Ansi.OFF);
            assertThat(help).as(command.getCommandName()).contains("Example").contains("  spillway ");
            assertThat(help.lines())
                    .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(CommonOptions.HELP_WIDTH));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--duration 3x                         | --duration | 30s",
                "--duration 0s                         | --duration | 30s",
                "--count 5 --rate 1 --burst 9          | --burst    | 1000@10s",
                "--count 5 --rate 1 --burst 9@x        | --burst    | 1000@10s",
                "--count 5 --rate 1 --burst 0@1s       | --burst    | 1000@10s",
                "--count 5 --burst 9@1s                | --burst    | --rate 0",
                "--count 5 --rate 0                    | --rate     | --burst 1000@10s",
                "--count 5 --rate -1                   | --rate     | 500",
                "--count 5 --rate NaN                  | --rate     | 500",
                "--count 5 --rate fast                 | --rate     | 1000",
                "--count 0                             | --count    | at least 1",
                "--count many                          | --count    | 1000",
                "--count 5 --duration 1s               | --count    | --duration",
                "--count 5 --keys -1                   | --keys     | 0 or more",
                "--count 5 --keys 0 --zipf 1           | --zipf     | --keys 0",
                "--count 5 --zipf -1                   | --zipf     | 1.1",
                "--count 5 --size -1                   | --size     | 100000000",
                "--count 5 --size 9-1                  | --size     | 100-5000",
                "--count 5 --size exp:x                | --size     | exp:300",
                "--count 5 --size 100=0                | --size     | 100=90,5000=10",
                "--count 5 --size 100=1,100=2          | --size     | 100=90,5000=10",
                "--count 5 --pattern constant          | --pattern  | --rate 100",
                "--count 5 --rate 1 --pattern zigzag   | --pattern  | ramp:1000@30s",
                "--count 5 --rate 1 --pattern ramp:1,2@3s | --pattern | ramp:1000@30s",
                "--count 5 --rate 1 --pattern ramp:-1@3s  | --pattern | ramp:1000@30s",
                "--count 5 --rate 0 --pattern ramp:0@3s   | --pattern | above 0",
                "--count 5 --rate 1 --pattern sine:2@3s   | --pattern | at least as high",
                "--count 5 --rate 0 --pattern steps:0@3s  | --pattern | above 0",
                "--count 5 --threads 0                 | --threads  | 1 to 64",
                "--count 5 --header novalue            | --header   | NAME=TEXT",
                "--count 5 --from-file x --mix cpu=1   | --mix      | --from-file",
                "--count 5 --from-file x --keys 5      | --keys     | --from-file",
                "--count 5 --from-file x --size 5      | --size     | --from-file",
                "--count 5 --size 1 --mix cpu=1        | --size     | --mix",
                "--count 5 --mix cpu                   | --mix      | cpu=60,delay=40",
                "--count 5 --mix cpu=x                 | --mix      | cpu=60,delay=40",
                "--count 5 --mix gpu=1                 | --mix      | cpu, io and delay",
                "--count 5 --mix cpu=0                 | --mix      | cpu=60,delay=40",
                "--count 5 --mix cpu=1,cpu=2           | --mix      | cpu=60,delay=40",
                "--count 5 --mix io=1                  | --mix      | --io-url",
                "--count 5 --poison 1                  | --poison   | --mix",
                "--count 5 --mix cpu=1 --poison 101    | --poison   | 0 to 100",
            })
    void a_mistake_is_told_with_the_option_and_an_example(String arguments, String option, String example) {
        assertThat(session.run((GENERATE + arguments).split(" +"))).isEqualTo(1);
        assertThat(session.err())
                .startsWith("spillway generate: ")
                .contains(option)
                .contains(example);
        assertThat(session.err().lines()).hasSize(2);
        assertThat(session.out()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "drops",
                "drops --topic t",
                "drops --config x --topic t",
                "drops --bootstrap-server b:1 --topic t -D a=b",
                "drops --bootstrap-server b:1 --topic t --from yesterday",
                "drops --bootstrap-server b:1 --topic t --by colour",
                "drops --bootstrap-server b:1 --topic t --json --csv",
                "drops --bootstrap-server b:1 --topic t --follow --to 1h",
                "drops --bootstrap-server b:1 --topic t --from 1h --to 2h",
                "drops --bootstrap-server b:1 --origin nonsense",
                "replay",
                "replay --config x",
                "replay --config x --drops --dead-letters",
                "replay --config x --drops --rate -1",
                "replay --config x --drops --rate NaN",
                "replay --config x --drops --name a/b",
                "replay --config x --drops --origin orders",
                "audit --config x --every 0s",
                "audit",
                "audit --config no-such-file",
                "generate --count 1",
                "generat",
                "drops --bootstrap-server b:1 --topic t --command-config no-such-file"
            })
    void misuse_ends_with_1_and_says_why_without_a_stack_trace(String arguments) {
        assertThat(session.run(arguments.split(" "))).isEqualTo(1);
        assertThat(session.err()).startsWith("spillway").doesNotContain("\tat ").doesNotContain("Exception");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "drops --bootstrap-server b:1 --topic t --by colour | 'colour' | time, reason, policy, stage, key, partition, minute",
                "generat | 'generat' | run, generate, drops, replay, audit, demo",
                "generate --bootstrap-server b:1 --topic t --count 5 --header novalue | --header novalue | NAME=TEXT",
                "generate --bootstrap-server b:1 --topic t --count 5 more | 'more' | --help",
            })
    void what_cannot_be_understood_is_quoted_beside_what_could_be(String arguments, String quoted, String remedy) {
        assertThat(session.run(arguments.split(" "))).isEqualTo(1);
        assertThat(session.err()).contains(quoted, remedy).doesNotContain("Unmatched", "option option", "[TIME");
    }

    @Test
    void a_configuration_that_cannot_work_is_one_sentence_and_a_trace_only_if_asked_for(@TempDir Path directory)
            throws Exception {
        Path file = Files.writeString(directory.resolve("spillway.properties"), "shed.polcy=BLOCK\n");
        assertThat(session.run("audit", "--config", file.toString())).isEqualTo(1);
        assertThat(session.err().lines()).hasSize(1);
        assertThat(session.err()).contains("did you mean 'shed.policy'?");
        assertThat(session.run("audit", "--verbose", "--config", file.toString()))
                .isEqualTo(1);
        assertThat(session.err()).contains("\tat dev.spillway");
    }

    @Test
    void a_replay_of_what_no_input_can_have_is_refused_and_says_which_inputs_there_are(@TempDir Path directory)
            throws Exception {
        Path file = Files.writeString(directory.resolve("spillway.properties"), MINIMAL);
        String[] replay = {"replay", "--config", file.toString(), "--drops", "--origin", "other-0@1..2"};
        assertThat(session.run(replay)).isEqualTo(1);
        assertThat(session.err()).contains("--origin names other, and the sidecar reads orders");
    }

    @Test
    void where_the_log_is_for_machines_the_sentence_is_one_of_its_lines(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("spillway.properties"), "shed.polcy=BLOCK\nlog.format=json\n");
        PrintStream before = System.err;
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        System.setErr(new PrintStream(lines, true, UTF_8));
        try {
            assertThat(session.run("audit", "--config", file.toString())).isEqualTo(1);
        } finally {
            System.setErr(before);
        }
        assertThat(session.err()).isEmpty();
        JsonNode line = new ObjectMapper().readTree(lines.toString(UTF_8));
        assertThat(line.get("level").asText()).isEqualTo("ERROR");
        assertThat(line.get("message").asText()).startsWith("spillway audit: ").contains("did you mean 'shed.policy'?");
    }

    @Test
    void an_address_without_a_port_is_a_mistake_of_usage() {
        assertThat(session.run("generate", "--bootstrap-server", "nowhere", "--topic", "t", "--count", "1"))
                .isEqualTo(1);
        assertThat(session.err()).contains("bootstrap.servers").contains("nowhere");
    }

    @Test
    void control_characters_in_an_argument_do_not_reach_the_terminal() {
        session.run("generate", "\u001b[2J");
        List<String> lines = session.err().lines().toList();
        assertThat(String.join("", lines)).matches("\\P{Cntrl}*");
    }

    @Test
    void a_password_with_a_quote_in_it_is_a_mistake_of_usage_and_no_part_of_it_is_told(@TempDir Path directory)
            throws Exception {
        Path secrets = Files.writeString(directory.resolve("secrets.properties"), "password=lion7\"tiger9\n");
        Path file = Files.writeString(directory.resolve("spillway.properties"), MINIMAL + """
                admin.listen=
                security.protocol=SASL_PLAINTEXT
                sasl.mechanism=PLAIN
                sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \\
                    username="u" password="${file:%s:password}";
                """.formatted(secrets));
        PrintStream before = System.err;
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        System.setErr(new PrintStream(lines, true, UTF_8));
        try {
            assertThat(session.run("run", "--verbose", "--config", file.toString()))
                    .isEqualTo(1);
        } finally {
            System.setErr(before);
        }
        assertThat(session.err()).contains("sasl.jaas.config").doesNotContain("tiger9");
        assertThat(lines.toString(UTF_8)).doesNotContain("tiger9");
    }

    @Test
    void control_characters_in_a_trace_do_not_reach_the_terminal(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("spillway.properties"), "shed.\u001b[2Jpolicy=BLOCK\n");
        assertThat(session.run("audit", "--verbose", "--config", file.toString()))
                .isEqualTo(1);
        assertThat(session.err()).contains("\tat dev.spillway").doesNotContain("\u001b");
    }
}
