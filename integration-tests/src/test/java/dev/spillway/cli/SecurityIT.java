package dev.spillway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.Application;
import dev.spillway.ClusterClient;
import dev.spillway.SecureKafka;
import dev.spillway.SpillwayCommand;
import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.Time;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * On a cluster that forbids what nobody has allowed: the rights that the README lists are enough, and without any one of those that are
 * always needed {@code run} says which is missing, exits with 3 and has committed nothing.
 */
@Timeout(180)
class SecurityIT {
    private static final int RECORDS = 10;

    @RegisterExtension
    static final SecureKafka kafka = new SecureKafka();

    @TempDir
    Path directory;

    @SuppressWarnings("NullAway.Init") // made before each test
    private Application application;

    /** A row of the README's table. */
    private record Right(AclOperation operation, String resource, String when) {
        boolean isAlwaysNeeded() {
            return when.startsWith("always");
        }

        @Override
        public String toString() {
            return operation + " on " + resource;
        }
    }

    private static List<Right> rights() {
        Pattern row = Pattern.compile("(?m)^\\| `([A-Z_]+)` \\| (.+?) \\| (.+?) \\|");
        try {
            String readme = Files.readString(Path.of("..", "README.md"));
            String section = readme.substring(readme.indexOf("\n## Permissions"));
            Matcher rows = row.matcher(section.substring(0, section.indexOf("\n## ", 1)));
            return rows.results()
                    .map(found -> new Right(AclOperation.valueOf(found.group(1)), found.group(2), found.group(3)))
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static Stream<Right> alwaysNeeded() {
        return rights().stream().filter(Right::isAlwaysNeeded);
    }

    @BeforeEach
    void makeAnApplication() throws Exception {
        ClusterClient client = kafka.client();
        application = Application.on(kafka.openServers(), client, 1).with("instance.id", "one");
        client.produce(application.input(), RECORDS);
    }

    @AfterEach
    void forget() throws Exception {
        kafka.forgetAll();
    }

    @Test
    void whatTheReadmeListsIsEnoughForAPasswordOverTls() throws Exception {
        kafka.scram().forEach(application::with);
        allow(SecureKafka.SCRAM_PRINCIPAL, alwaysNeeded().toList());

        assertRuns();
    }

    @Test
    void withoutTransactionsTheRightToThemIsNotNeeded() throws Exception {
        application.with("processing.guarantee", "at_least_once");
        kafka.scram().forEach(application::with);
        allow(
                SecureKafka.SCRAM_PRINCIPAL,
                rights().stream().filter(right -> right.when().equals("always")).toList());

        assertRuns();
    }

    @Test
    void whatTheReadmeListsIsEnoughForACertificate() throws Exception {
        kafka.certificate().forEach(application::with);
        allow(SecureKafka.CERTIFICATE_PRINCIPAL, alwaysNeeded().toList());

        assertRuns();
    }

    @Test
    void whatTheReadmeListsIsEnoughToMakeTopicsAndToAudit() throws Exception {
        kafka.scram().forEach(application::with);
        application.with("topics.create", "true");
        for (String key : List.of("output.topic", "drop.topic", "dead.letter.topic")) {
            application.with(key, ClusterClient.uniqueName("made"));
        }
        allow(SecureKafka.SCRAM_PRINCIPAL, rights());

        assertRuns();
        StringWriter out = new StringWriter();
        assertThat(call(out, "audit", "--config", configFile()))
                .as(out.toString())
                .isZero();
    }

    @ParameterizedTest
    @MethodSource("alwaysNeeded")
    void withoutOneOfThemTheRunIsRefusedAndSaysWhichIsMissing(Right missing) throws Exception {
        kafka.scram().forEach(application::with);
        allow(
                SecureKafka.SCRAM_PRINCIPAL,
                alwaysNeeded().filter(right -> !right.equals(missing)).toList());

        assertRefused(namesOf(missing));
    }

    @Test
    void aWrongPasswordIsToldAsOneAndIsNotQuoted() throws Exception {
        kafka.scram().forEach(application::with);
        application.with(
                "sasl.jaas.config",
                application.setting("sasl.jaas.config").replaceAll("password=\".*\"", "password=\"wr0ng-one\""));

        String said = assertRefused("did not accept who the sidecar says it is");

        assertThat(said).doesNotContain("wr0ng-one", SecureKafka.PASSWORD);
    }

    /** The whole way of a user: the built jar, in a JVM of its own. */
    @Test
    void aCommandOfItsOwnComesInWithThePasswordFromAFile() throws Exception {
        Path settings = directory.resolve("client.properties");
        Files.write(
                settings,
                kafka.scram().entrySet().stream()
                        .filter(setting -> !setting.getKey().equals("bootstrap.servers"))
                        .map(setting -> setting.getKey() + "=" + setting.getValue())
                        .toList());
        ResourcePattern topic = new ResourcePattern(ResourceType.TOPIC, application.input(), PatternType.LITERAL);
        kafka.allow(SecureKafka.SCRAM_PRINCIPAL, topic, AclOperation.WRITE);

        SpillwayCommand.Result result = SpillwayCommand.run(
                directory,
                ("generate --count 50 --rate 1000 --pattern ramp:2000@1s --threads 2 --topic " + application.input()
                                + " --bootstrap-server " + kafka.scram().get("bootstrap.servers") + " --command-config "
                                + settings)
                        .split(" "));

        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out()).contains("delivered              50", "latency", "offered");
        assertThat(kafka.client().readCommitted(application.input())).hasSize(RECORDS + 50);
    }

    private void assertRuns() throws Exception {
        StringWriter said = new StringWriter();
        assertThat(call(said, "run", "--until-end", "--config", configFile()))
                .as(said.toString())
                .isZero();
        assertThat(application.outcomes().origins())
                .containsExactlyInAnyOrderElementsOf(application.outcomes().inputOrigins())
                .hasSize(RECORDS);
    }

    /** Returns the sentence. */
    private String assertRefused(String... parts) throws Exception {
        StringWriter said = new StringWriter();
        int code = call(said, "run", "--until-end", "--config", configFile());
        assertThat(code).as(said.toString()).isEqualTo(3);
        assertThat(application.committed()).isEmpty();
        assertThat(said.toString()).contains("spillway run: ");
        String sentence = said.toString().substring(said.toString().indexOf("spillway run: "));
        assertThat(sentence).contains(parts);
        assertThat(sentence.lines()).hasSize(1);
        return sentence;
    }

    /** Runs a command in this process; a JVM for each would take most of the time. */
    private static int call(StringWriter said, String... arguments) {
        PrintWriter writer = new PrintWriter(said, true);
        Session session = new Session(writer, writer, false, Map.of(), Time.system(), CancellationToken.root());
        return Main.run(session, arguments);
    }

    private String configFile() throws IOException {
        return application.writeTo(directory).toString();
    }

    private void allow(String principal, List<Right> rights) throws Exception {
        for (Right right : rights) {
            for (ResourcePattern resource : resources(right)) {
                kafka.allow(principal, resource, right.operation());
            }
        }
    }

    /** What a row of the README is about, for this application. */
    private List<ResourcePattern> resources(Right right) {
        return switch (right.resource()) {
            case "the input topics" -> topics("input.topics");
            case "the output topic" -> topics("output.topic");
            case "the drop topic" -> topics("drop.topic");
            case "the dead letter topic" -> topics("dead.letter.topic");
            case "the output, drop and dead letter topics" -> topics("output.topic", "drop.topic", "dead.letter.topic");
            case "the group `<application.id>`" ->
                List.of(new ResourcePattern(
                        ResourceType.GROUP, application.setting("application.id"), PatternType.LITERAL));
            case "the transactional ids `<application.id>-*`" ->
                List.of(new ResourcePattern(
                        ResourceType.TRANSACTIONAL_ID,
                        application.setting("application.id") + "-",
                        PatternType.PREFIXED));
            default -> throw new AssertionError("the README lists what this test does not know: " + right);
        };
    }

    private List<ResourcePattern> topics(String... keys) {
        return Arrays.stream(keys)
                .map(key -> new ResourcePattern(ResourceType.TOPIC, application.setting(key), PatternType.LITERAL))
                .toList();
    }

    /** What a refusal has to name: the resource, and where the sidecar looks for itself, the right. */
    private String[] namesOf(Right right) {
        return switch (resources(right).get(0).resourceType()) {
            case TOPIC -> new String[] {resources(right).get(0).name(), "allow " + right.operation()};
            case GROUP -> new String[] {"group " + resources(right).get(0).name()};
            default -> new String[] {"transactional"};
        };
    }
}
