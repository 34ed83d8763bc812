package dev.spillway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.Application;
import dev.spillway.ClusterClient;
import dev.spillway.SpillwayCommand;
import dev.spillway.config.Guarantee;
import dev.spillway.demo.LocalKafka;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A cluster that forbids one thing: {@code run} says which, exits with 3 and has committed nothing. */
@Timeout(120)
@TestInstance(Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // set up before the first test
class AuthorizationIT {
    private LocalKafka broker;
    private ClusterClient client;
    private Application application;

    @TempDir
    Path directory;

    @BeforeAll
    void startABrokerThatAllowsWhatNobodyForbids() throws Exception {
        broker = LocalKafka.builder()
                .property("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer")
                .property("allow.everyone.if.no.acl.found", "true")
                .start();
        client = new ClusterClient(broker.bootstrapServers());
    }

    @AfterAll
    void stop() {
        client.close();
        broker.close();
    }

    @BeforeEach
    void makeAnApplication() throws Exception {
        application = Application.on(broker.bootstrapServers(), client, 1).with("instance.id", "one");
        client.produce(application.input(), 10);
    }

    @ParameterizedTest
    @CsvSource({"input.topics, READ", "output.topic, WRITE", "drop.topic, WRITE", "dead.letter.topic, WRITE"})
    void aTopicThatMayNotBeUsedIsNamedWithTheRightThatIsMissing(String key, AclOperation operation) throws Exception {
        String topic = application.setting(key);
        deny(ResourceType.TOPIC, topic, operation);

        assertRefused(topic, operation.name());
    }

    @ParameterizedTest
    @CsvSource({"EXACTLY_ONCE_V2", "AT_LEAST_ONCE"})
    void aGroupThatMayNotBeUsedIsNamed(Guarantee guarantee) throws Exception {
        application.guaranteeing(guarantee);
        deny(ResourceType.GROUP, application.setting("application.id"), AclOperation.READ);

        assertRefused("group", application.setting("application.id"));
    }

    @Test
    void aTransactionalIdThatMayNotBeUsedIsNamed() throws Exception {
        String id = application.setting("application.id") + "-one-0";
        deny(ResourceType.TRANSACTIONAL_ID, id, AclOperation.WRITE);

        assertRefused("transactional", id);
    }

    private void assertRefused(String... parts) throws Exception {
        SpillwayCommand.Result result = SpillwayCommand.run(
                directory,
                "run",
                "--until-end",
                "--config",
                application.writeTo(directory).toString());

        assertThat(result.exitCode()).as(result.err()).isEqualTo(3);
        assertThat(result.sentences())
                .as(result.err())
                .singleElement()
                .asString()
                .startsWith("spillway run: ")
                .contains(parts);
        assertThat(application.committed()).isEmpty();
    }

    /** A resource for which there is any rule allows nothing else; to describe it shall stay allowed. */
    private void deny(ResourceType type, String name, AclOperation operation) throws Exception {
        ResourcePattern resource = new ResourcePattern(type, name, PatternType.LITERAL);
        client.admin()
                .createAcls(List.of(
                        rule(resource, AclOperation.DESCRIBE, AclPermissionType.ALLOW),
                        rule(resource, operation, AclPermissionType.DENY)))
                .all()
                .get();
    }

    private static AclBinding rule(ResourcePattern resource, AclOperation operation, AclPermissionType permission) {
        return new AclBinding(resource, new AccessControlEntry("User:*", "*", operation, permission));
    }
}
