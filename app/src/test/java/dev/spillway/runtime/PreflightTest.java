package dev.spillway.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spillway.config.Settings;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.MockAdminClient;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PreflightTest {
    private static final Node NODE = new Node(0, "localhost", 9092);

    private final MockAdminClient admin = new MockAdminClient(List.of(NODE), NODE);
    private final Settings settings = Settings.minimal().with("bootstrap.servers", "broker:9092");

    @AfterEach
    void close() {
        admin.close();
    }

    private void topic(String name, int partitions, Map<String, String> configs) {
        List<TopicPartitionInfo> infos = IntStream.range(0, partitions)
                .mapToObj(i -> new TopicPartitionInfo(i, NODE, List.of(NODE), List.of(NODE)))
                .toList();
        admin.addTopic(false, name, infos, configs);
    }

    private void topics(String... names) {
        for (String name : names) {
            topic(name, 3, Map.of());
        }
    }

    private Preflight preflight() {
        return new Preflight(admin, settings.config());
    }

    private int partitionsOf(String topic) throws Exception {
        return admin.describeTopics(List.of(topic))
                .topicNameValues()
                .get(topic)
                .get()
                .partitions()
                .size();
    }

    @Test
    void a_cluster_that_has_all_topics_will_do() {
        topics("in", "out", "drops", "app-dead-letters");

        assertThat(preflight().check()).isNotNull();
    }

    @Test
    void an_input_topic_that_is_missing_is_named() {
        topics("out", "drops", "app-dead-letters");

        assertThatThrownBy(() -> preflight().check())
                .isInstanceOf(StartupException.class)
                .hasMessageContainingAll("input topic in does not exist", "create it", "input.topics");
    }

    @Test
    void output_topics_that_are_missing_are_named_together_with_the_remedy() {
        topics("in", "out");

        assertThatThrownBy(() -> preflight().check())
                .isInstanceOf(StartupException.class)
                .hasMessageContainingAll("drops", "app-dead-letters", "topics.create=true", "3 partitions");
    }

    @Test
    void missing_output_topics_are_created_with_the_partitions_of_the_largest_input() throws Exception {
        topics("in");
        topic("in-2", 5, Map.of());
        settings.with("input.topics", "in,in-2").with("topics.create", "true");

        preflight().check();

        assertThat(partitionsOf("out")).isEqualTo(5);
        assertThat(partitionsOf("drops")).isEqualTo(5);
        assertThat(partitionsOf("app-dead-letters")).isEqualTo(5);
    }

    @Test
    void an_input_topic_is_never_created() {
        settings.with("topics.create", "true");

        assertThatThrownBy(() -> preflight().check())
                .isInstanceOf(StartupException.class)
                .hasMessageContaining("input topic in does not exist");
    }

    @Test
    void a_cluster_that_does_not_answer_is_named_with_what_to_look_at() {
        admin.timeoutNextRequest(1);

        assertThatThrownBy(() -> preflight().check())
                .isInstanceOf(StartupException.class)
                .hasMessageContainingAll("bootstrap.servers=broker:9092", "advertised listeners")
                .hasCauseInstanceOf(TimeoutException.class);
    }

    @Test
    void the_end_of_the_input_is_asked_of_every_partition() {
        topics("in");
        admin.updateEndOffsets(Map.of(
                new TopicPartition("in", 0), 5L, new TopicPartition("in", 1), 0L, new TopicPartition("in", 2), 7L));

        assertThat(preflight().endOffsets())
                .isEqualTo(Map.of(
                        new TopicPartition("in", 0), 5L,
                        new TopicPartition("in", 1), 0L,
                        new TopicPartition("in", 2), 7L));
    }
}
