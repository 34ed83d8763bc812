package dev.spillway.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.spillway.Application;
import dev.spillway.ClusterClient;
import dev.spillway.RunningSidecar;
import dev.spillway.config.Guarantee;
import dev.spillway.demo.LocalKafka;
import dev.spillway.flow.Time;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A right that a sidecar needs, and had. */
@Tag("faults")
@Timeout(180)
class RevokedRightIT {
    private static final Duration SOON = Duration.ofSeconds(60);

    @ParameterizedTest
    @EnumSource
    void aRightThatIsTakenAwayWhileItRunsEndsItWithoutACommitAndCostsNothing(Guarantee guarantee) throws Exception {
        try (LocalKafka broker = restrictable();
                ClusterClient client = new ClusterClient(broker.bootstrapServers())) {
            Application application =
                    Application.on(broker.bootstrapServers(), client, 1).guaranteeing(guarantee);
            String output = application.setting("output.topic");
            AclBinding denial = denial(output, AclOperation.WRITE);
            client.produce(application.input(), 10);
            try (RunningSidecar sidecar = RunningSidecar.start(application.config())) {
                await("commit").atMost(SOON).until(() -> application.committed().containsValue(10L));
                client.admin().createAcls(List.of(denial)).all().get();

                client.produce(application.input(), 10);

                await("end").atMost(SOON).until(() -> sidecar.state() instanceof Lifecycle.Failed);
                assertThat(sidecar.stop().failure()).hasStackTraceContaining(output);
                assertThat(application.committed()).containsValue(10L);
            }
            client.admin().deleteAcls(List.of(denial.toFilter())).all().get();

            await("right to write").atMost(SOON).ignoreExceptions().untilAsserted(() -> {
                application.runUntilEnd();
                application.assertConserved();
            });
        }
    }

    @Test
    void offsetsThatMayNoLongerBeReadAreNotTakenForThoseOfAnOpenTransaction() throws Exception {
        try (LocalKafka broker = restrictable();
                ClusterClient client = new ClusterClient(broker.bootstrapServers())) {
            TopicPartition input = new TopicPartition(client.createTopic("input", 1), 0);
            OwnGroup ours = new OwnGroup(client.admin(), "group", Time.system());
            assertThat(ours.of(Set.of(input))).isEmpty();

            client.admin()
                    .createAcls(List.of(denial(input.topic(), AclOperation.DESCRIBE)))
                    .all()
                    .get();

            await("refusal")
                    .atMost(SOON)
                    .untilAsserted(() -> assertThatThrownBy(() -> ours.of(Set.of(input)))
                            .isNotInstanceOf(TimeoutException.class)
                            .hasMessageContaining("[" + input + "]: check"));
        }
    }

    private static LocalKafka restrictable() throws Exception {
        return LocalKafka.builder()
                .property("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer")
                .property("allow.everyone.if.no.acl.found", "true")
                .start();
    }

    private static AclBinding denial(String topic, AclOperation operation) {
        return new AclBinding(
                new ResourcePattern(ResourceType.TOPIC, topic, PatternType.LITERAL),
                new AccessControlEntry("User:*", "*", operation, AclPermissionType.DENY));
    }
}
