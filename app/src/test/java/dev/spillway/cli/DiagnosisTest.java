package dev.spillway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.config.InvalidConfigException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownServerException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnreleasedInstanceIdException;
import org.junit.jupiter.api.Test;

class DiagnosisTest {
    private static final Connection CLUSTER = Connection.to("broker:9092", Map.of("default.api.timeout.ms", "5000"));

    @Test
    void a_configuration_that_cannot_work_ends_with_1_and_its_own_sentence() {
        assertThat(of(new InvalidConfigException("shed.policy is missing")))
                .isEqualTo(new Diagnosis(ExitCode.USAGE, "shed.policy is missing"));
    }

    @Test
    void settings_that_a_client_refuses_end_with_1() {
        KafkaException wrapped = new KafkaException(
                "Failed to construct kafka producer", new ConfigException("Invalid value x for acks"));
        assertThat(of(wrapped).exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(of(wrapped).sentence()).contains("Invalid value x for acks");
    }

    @Test
    void a_host_name_that_nobody_knows_is_a_cluster_that_cannot_be_reached() {
        var unknown = new ConfigException("No resolvable bootstrap urls given in bootstrap.servers");

        Diagnosis diagnosis = of(new KafkaException("Failed to create new KafkaAdminClient", unknown));

        assertThat(diagnosis.exitCode()).isEqualTo(ExitCode.KAFKA);
        assertThat(diagnosis.sentence()).contains("can be resolved", "name service");
    }

    @Test
    void a_cluster_that_does_not_answer_is_named_with_the_time_and_what_to_check() {
        Diagnosis diagnosis =
                of(new ExecutionException(new TimeoutException("Timed out waiting for a node assignment.")));
        assertThat(diagnosis.exitCode()).isEqualTo(ExitCode.KAFKA);
        assertThat(diagnosis.sentence())
                .contains("broker:9092")
                .contains("5 s")
                .contains("security.protocol")
                .contains("advertise");
    }

    @Test
    void who_may_not_is_told_what_and_the_remedy() {
        assertThat(kafka(new TopicAuthorizationException(Set.of("orders"))))
                .contains("orders")
                .contains("right");
        assertThat(kafka(GroupAuthorizationException.forGroupId("app"))).contains("group app");
        assertThat(kafka(new ClusterAuthorizationException("Cluster authorization failed.")))
                .contains("Cluster authorization failed)");
    }

    @Test
    void a_failed_log_in_names_the_security_settings() {
        assertThat(kafka(new SaslAuthenticationException("bad password")))
                .contains("bad password")
                .contains("sasl.");
    }

    @Test
    void a_name_that_kafka_does_not_release_is_waited_for_by_the_next_start() {
        assertThat(kafka(new UnreleasedInstanceIdException("owned by another")))
                .contains("owned by another", "start it again", "if there are two");
    }

    @Test
    void being_fenced_names_the_instance_id() {
        assertThat(kafka(new ProducerFencedException("fenced"))).contains("instance.id");
    }

    @Test
    void a_missing_topic_and_a_record_too_large_come_with_a_remedy() {
        assertThat(kafka(new UnknownTopicOrPartitionException("no such topic"))).contains("create the topic");
        assertThat(kafka(new RecordTooLargeException("2 MB"))).contains("max.request.size");
    }

    @Test
    void whatever_else_kafka_says_is_passed_on() {
        assertThat(kafka(new UnknownServerException("disk on fire."))).contains("disk on fire)");
    }

    @Test
    void what_nobody_foresaw_asks_for_verbose() {
        Diagnosis diagnosis = of(new IllegalStateException("oops"));
        assertThat(diagnosis.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(diagnosis.sentence()).contains("oops").contains("--verbose");
    }

    private static String kafka(KafkaException failure) {
        Diagnosis diagnosis = of(failure);
        assertThat(diagnosis.exitCode()).isEqualTo(ExitCode.KAFKA);
        return diagnosis.sentence();
    }

    private static Diagnosis of(Throwable failure) {
        return Diagnosis.of(failure, CLUSTER);
    }
}
