package dev.spillway.config;

import static dev.spillway.config.Settings.minimal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.spillway.flow.ShedPolicies;
import dev.spillway.flow.WorkerThreads;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpillwayConfigTest {
    static List<String> required() {
        return ConfigKeys.REQUIRED;
    }

    private static void assertRefused(Settings settings, String... words) {
        assertThatThrownBy(settings::config)
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContainingAll(words);
    }

    @Test
    void seven_keys_are_enough() {
        SpillwayConfig config = minimal().config();

        assertThat(config.applicationId()).isEqualTo("app");
        assertThat(config.topics())
                .isEqualTo(new TopicsConfig(List.of("in"), "out", "drops", "app-dead-letters", null, false));
        assertThat(config.shedPolicy()).isSameAs(ShedPolicies.BLOCK);
        assertThat(config.guarantee()).isEqualTo(Guarantee.EXACTLY_ONCE_V2);
        assertThat(config.workerThreads()).isEqualTo(WorkerThreads.AUTO);
        assertThat(config.shutdownTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.queueCapacityBytes()).isEqualTo(64 * 1024 * 1024);
    }

    @ParameterizedTest
    @MethodSource("required")
    void a_missing_required_key_is_named_with_what_it_is_for(String key) {
        assertRefused(minimal().without(key), key + " is missing: ", ".");
        assertRefused(minimal().with(key, "  "), key + " is missing: ");
    }

    @ParameterizedTest
    @CsvSource({
        "shed.polcy, shed.policy",
        "queue.capacty.bytes, queue.capacity.bytes",
        "ssl.keystore.pasword, ssl.keystore.password",
        "consumer.max.pol.records, consumer.max.poll.records",
        "producer.linger, producer.linger.ms",
        "Workers, workers"
    })
    void an_unknown_key_is_refused_and_the_nearest_one_named(String typed, String meant) {
        assertRefused(minimal().with(typed, "1"), "'" + typed + "'", "did you mean '" + meant + "'?");
    }

    @Test
    void a_key_that_is_like_no_other_is_not_taken_for_one() {
        assertRefused(minimal().with("foo", "1"), "unknown key 'foo'", "README");
    }

    @ParameterizedTest
    @ValueSource(strings = {"consumer.", "producer.", "processor."})
    void a_prefix_alone_is_no_key(String key) {
        assertRefused(minimal().with(key, "1"), "unknown key '" + key + "'");
    }

    @ParameterizedTest
    @CsvSource({
        "shed.policy, block",
        "shed.policy, DROP",
        "processing.guarantee, exactly_once",
        "workers, 0",
        "workers, many",
        "queue.capacity, 0",
        "queue.capacity.bytes, 0",
        "commit.interval.ms, 0",
        "commit.interval.ms, -2",
        "retry.max.retries, -1",
        "processing.timeout.ms, 0",
        "worker.threads, green",
        "ordering, keys",
        "drop.tombstones, ranges",
        "circuit.breaker.failure.percent, 101",
        "batch.max.records, 0",
        "topics.create, perhaps",
        "application.id, a b",
        "instance.id, pod/1",
        "output.topic, a b",
        "admin.listen, 8080",
        "admin.listen, 'localhost:'",
        "http.version, 3",
        "http.content.type, json",
        "http.timeout.ms, 0",
        "http.connect.timeout.ms, 0",
        "http.max.response.bytes, 0",
        "http.batch.max.records, 0"
    })
    void a_value_that_means_nothing_is_refused_by_the_name_of_its_key(String key, String value) {
        assertRefused(minimal().with(key, value), key);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0.0.0.0:9090", "[::1]:8080", "localhost:0"})
    void health_can_be_served_anywhere_or_nowhere(String address) {
        SpillwayConfig config = minimal().with("admin.listen", address).config();

        assertThat(config.adminListen()).isEqualTo(address);
        assertThat(config.isAdminListenSet()).isTrue();
    }

    @Test
    void each_shed_record_has_a_tombstone_unless_somebody_wants_ranges() {
        assertThat(minimal().config().tombstones()).isEqualTo(Tombstones.RECORD);
        assertThat(minimal().with("drop.tombstones", "range").config().tombstones())
                .isEqualTo(Tombstones.RANGE);
    }

    @Test
    void the_default_address_of_health_was_chosen_by_nobody() {
        assertThat(minimal().config().isAdminListenSet()).isFalse();
    }

    @Test
    void the_queue_holds_a_poll_or_two_records_per_worker() {
        assertThat(minimal().with("workers", "3").config().queueCapacity()).isEqualTo(500);
        assertThat(minimal()
                        .with("workers", "3")
                        .with("consumer.max.poll.records", "50")
                        .config()
                        .queueCapacity())
                .isEqualTo(50);
        assertThat(minimal().with("workers", "300").config().queueCapacity()).isEqualTo(600);
        assertThat(minimal().with("queue.capacity", "7").config().queueCapacity())
                .isEqualTo(7);
    }

    @Test
    void there_are_two_workers_per_core() {
        assertThat(minimal().config().workers())
                .isEqualTo(2 * Runtime.getRuntime().availableProcessors());
    }

    @Test
    void epochs_are_shorter_under_exactly_once() {
        assertThat(minimal().config().commitInterval()).isEqualTo(Duration.ofMillis(100));
        assertThat(atLeastOnce().config().commitInterval()).isEqualTo(Duration.ofSeconds(1));
        assertThat(minimal().with("commit.interval.ms", "250").config().commitInterval())
                .isEqualTo(Duration.ofMillis(250));
    }

    @Test
    void the_dead_letter_topic_can_be_chosen() {
        assertThat(minimal()
                        .with("dead.letter.topic", "morgue")
                        .config()
                        .topics()
                        .deadLetter())
                .isEqualTo("morgue");
    }

    @Test
    void a_topic_for_markers_is_written_to_only_if_there_is_one() {
        assertThat(minimal().config().topics().outputs()).containsExactly("out", "drops", "app-dead-letters");
        assertThat(minimal().with("processed.topic", "done").config().topics().outputs())
                .containsExactly("out", "drops", "app-dead-letters", "done");
    }

    @ParameterizedTest
    @ValueSource(strings = {"in", "out", "drops", "app-dead-letters"})
    void markers_need_a_topic_of_their_own(String taken) {
        assertRefused(minimal().with("processed.topic", taken), "processed.topic", taken, "choose another topic");
    }

    @Test
    void several_topics_can_be_read() {
        assertThat(minimal().with("input.topics", "a, b, a").config().topics().inputs())
                .containsExactly("a", "b");
    }

    @Test
    void one_epoch_per_run_is_possible_at_least_once() {
        assertThat(atLeastOnce().with("commit.interval.ms", "-1").config().commitInterval())
                .isNull();
    }

    @Test
    void one_epoch_per_run_is_refused_under_exactly_once() {
        assertRefused(
                minimal().with("commit.interval.ms", "-1"),
                "commit.interval.ms=-1",
                "processing.guarantee=at_least_once");
    }

    @Test
    void a_transaction_that_is_shorter_than_one_record_may_take_is_refused() {
        // 4 attempts of 10 s, 3 pauses of 5 s
        assertRefused(
                minimal().with("producer.transaction.timeout.ms", "54999"),
                "producer.transaction.timeout.ms=54999",
                "55000 ms",
                "raise it, or lower");
        assertThat(minimal()
                        .with("producer.transaction.timeout.ms", "55000")
                        .config()
                        .transactionTimeout())
                .isEqualTo(Duration.ofSeconds(55));
    }

    @Test
    void an_epoch_that_is_longer_than_a_third_of_its_transaction_is_refused() {
        Settings settings = minimal().with("producer.transaction.timeout.ms", "60000");

        assertRefused(settings.with("commit.interval.ms", "20001"), "commit.interval.ms=20001", "60000 ms");
        assertThat(settings.with("commit.interval.ms", "20000").config().commitInterval())
                .isEqualTo(Duration.ofSeconds(20));
    }

    @Test
    void the_derived_transaction_timeout_lets_one_record_begin_after_a_third_of_it() {
        assertThat(minimal().config().transactionTimeout()).isEqualTo(Duration.ofMillis(55_000 * 3 / 2 + 5000));
    }

    @Test
    void the_derived_transaction_timeout_is_never_below_ten_seconds() {
        assertThat(minimal()
                        .with("processing.timeout.ms", "1")
                        .with("retry.max.retries", "0")
                        .config()
                        .transactionTimeout())
                .isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void a_processing_timeout_that_no_transaction_can_hold_is_refused() {
        assertRefused(
                minimal().with("processing.timeout.ms", "400000000"),
                "one record may take 1600015000 ms",
                "processing.timeout.ms",
                "at_least_once");
    }

    @Test
    void no_sum_of_the_longest_times_overflows() {
        String longest = String.valueOf(Integer.MAX_VALUE);
        SpillwayConfig config = atLeastOnce()
                .with("processing.timeout.ms", longest)
                .with("retry.max.retries", "1000")
                .with("retry.backoff.ms", longest)
                .with("retry.backoff.max.ms", longest)
                .with("shutdown.timeout.ms", longest)
                .config();

        assertThat(config.retry().longestProcessing().toNanos()).isPositive();
        assertThat(config.shutdownTimeout().multipliedBy(3).toNanos()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"processing.timeout.ms", "retry.backoff.ms", "retry.backoff.max.ms", "shutdown.timeout.ms"})
    void a_time_that_cannot_be_counted_with_is_refused(String key) {
        assertRefused(atLeastOnce().with(key, "9223372036854775807"), key);
    }

    @ParameterizedTest
    @CsvSource({
        "producer.transaction.timeout.ms, soon",
        "producer.max.request.size, big",
        "consumer.max.poll.records, some",
        "consumer.max.poll.interval.ms, never",
        "producer.compression.type, good",
        "security.protocol, NONE"
    })
    void a_client_setting_that_the_client_would_refuse_is_refused_at_once(String key, String value) {
        String name = key.replaceFirst("^(producer|consumer)\\.", "");

        assertRefused(minimal().with(key, value), name, value);
    }

    @ParameterizedTest
    @CsvSource({
        "output.topic, what it writes it would read again",
        "drop.topic, every tombstone would be read",
        "dead.letter.topic, every dead letter would fail again"
    })
    void no_topic_is_both_read_and_written(String key, String why) {
        assertRefused(minimal().with("input.topics", "a,b").with(key, "b"), key + "=b", "input.topics", why, "choose");
    }

    @ParameterizedTest
    @CsvSource({
        "drop.topic, output.topic, out",
        "dead.letter.topic, output.topic, out",
        "dead.letter.topic, drop.topic, drops"
    })
    void no_topic_is_written_for_two_reasons(String key, String other, String topic) {
        assertRefused(minimal().with(key, topic), key + " and " + other + " are both " + topic, "choose another");
    }

    @Test
    void virtual_threads_are_refused_where_the_jvm_has_none() {
        assumeFalse(WorkerThreads.virtualAvailable());

        assertRefused(minimal().with("worker.threads", "virtual"), "worker.threads=virtual", "Java 21", "auto");
    }

    @Test
    void settings_with_a_prefix_go_to_that_client_only() {
        SpillwayConfig config = minimal()
                .with("consumer.fetch.min.bytes", "7")
                .with("producer.linger.ms", "9")
                .config();

        assertThat(config.consumerClient())
                .containsEntry("fetch.min.bytes", "7")
                .doesNotContainKey("linger.ms");
        assertThat(config.producerClient(0)).containsEntry("linger.ms", "9").doesNotContainKey("fetch.min.bytes");
        assertThat(config.adminClient()).doesNotContainKeys("linger.ms", "fetch.min.bytes");
    }

    @Test
    void settings_that_all_clients_share_need_no_prefix() {
        SpillwayConfig config = minimal()
                .with("security.protocol", "SSL")
                .with("request.timeout.ms", "12345")
                .with("producer.request.timeout.ms", "54321")
                .config();

        assertThat(List.of(config.consumerClient(), config.adminClient(), config.inspectionClient()))
                .allSatisfy(client -> assertThat(client)
                        .containsEntry("security.protocol", "SSL")
                        .containsEntry("request.timeout.ms", "12345")
                        .containsEntry("bootstrap.servers", "localhost:9092"));
        assertThat(config.producerClient(1))
                .containsEntry("request.timeout.ms", "54321")
                .containsEntry("security.protocol", "SSL");
    }

    @Test
    void our_own_keys_do_not_reach_the_clients() {
        SpillwayConfig config = minimal().config();

        assertThat(List.of(config.consumerClient(), config.producerClient(0), config.adminClient()))
                .allSatisfy(
                        client -> assertThat(client).doesNotContainKeys("application.id", "shed.policy", "workers"));
    }

    @Test
    void settings_that_belong_to_a_plug_in_of_a_client_reach_it() {
        SpillwayConfig config = minimal()
                .with("consumer.interceptor.classes", "com.example.Tracing")
                .with("consumer.tracing.service.name", "orders")
                .config();

        assertThat(config.consumerClient()).containsEntry("tracing.service.name", "orders");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "consumer.group.id", "consumer.group.instance.id", "consumer.enable.auto.commit",
                        "consumer.isolation.level",
                "consumer.client.id", "consumer.bootstrap.servers", "consumer.key.deserializer",
                        "consumer.value.deserializer",
                "producer.transactional.id", "producer.enable.idempotence", "producer.acks", "producer.client.id",
                "producer.bootstrap.servers", "producer.key.serializer", "producer.value.serializer"
            })
    void settings_that_our_promises_rest_on_are_not_open(String key) {
        assertRefused(minimal().with(key, "x"), key + " is set by Spillway itself: remove it");
    }

    @Test
    void the_consumer_reads_committed_records_from_the_beginning_and_commits_nothing_by_itself() {
        assertThat(minimal().config().consumerClient())
                .containsEntry("group.id", "app")
                .containsEntry("isolation.level", "read_committed")
                .containsEntry("auto.offset.reset", "earliest")
                .containsEntry("enable.auto.commit", "false")
                .doesNotContainKey("group.instance.id");
        assertThat(minimal()
                        .with("consumer.auto.offset.reset", "latest")
                        .config()
                        .consumerClient())
                .containsEntry("auto.offset.reset", "latest");
    }

    @Test
    void a_fetch_that_finds_nothing_waits_for_a_fifth_of_a_second_or_as_long_as_an_operator_says() {
        assertThat(minimal().config().consumerClient()).containsEntry("fetch.max.wait.ms", 200);
        assertThat(minimal().with("consumer.fetch.max.wait.ms", "500").config().consumerClient())
                .containsEntry("fetch.max.wait.ms", "500");
    }

    @Test
    void partitions_move_cooperatively_unless_the_broker_moves_them() {
        String strategy = "partition.assignment.strategy";

        assertThat(minimal().config().consumerClient().get(strategy))
                .isEqualTo("org.apache.kafka.clients.consumer.CooperativeStickyAssignor");
        assertThat(minimal()
                        .with("consumer.group.protocol", "CONSUMER")
                        .config()
                        .consumerClient())
                .doesNotContainKey(strategy);
    }

    @Test
    void producers_are_transactional_and_different_under_exactly_once() {
        SpillwayConfig config = minimal().with("instance.id", "pod-3").config();

        assertThat(config.producerClient(0))
                .containsEntry("transactional.id", "app-pod-3-0")
                .containsEntry("acks", "all")
                .containsEntry("enable.idempotence", "true")
                .containsEntry("transaction.timeout.ms", 87_500);
        assertThat(config.producerClient(1)).containsEntry("transactional.id", "app-pod-3-1");
    }

    @Test
    void a_call_about_a_transaction_waits_for_seconds_unless_the_operator_says_otherwise() {
        assertThat(minimal().config().producerClient(0)).containsEntry("max.block.ms", 10_000);
        assertThat(minimal().with("producer.max.block.ms", "30000").config().producerClient(0))
                .containsEntry("max.block.ms", "30000");
        assertThat(atLeastOnce().config().producerClient(0)).doesNotContainKey("max.block.ms");
    }

    @Test
    void the_producer_fills_larger_batches_than_by_its_own_default_and_lets_less_wait() {
        assertThat(minimal().config().producerClient(0))
                .containsEntry("batch.size", 131_072)
                .containsEntry("buffer.memory", 8L * 1024 * 1024);
        assertThat(minimal()
                        .with("producer.batch.size", "16384")
                        .with("producer.buffer.memory", "1048576")
                        .config()
                        .producerClient(0))
                .containsEntry("batch.size", "16384")
                .containsEntry("buffer.memory", "1048576");
    }

    @Test
    void the_system_chooses_how_much_a_socket_holds_unless_the_operator_does() {
        String receive = "receive.buffer.bytes";
        String send = "send.buffer.bytes";

        assertThat(minimal().config().consumerClient()).containsEntry(receive, -1);
        assertThat(minimal().config().producerClient(0)).containsEntry(send, -1);
        assertThat(minimal().with("consumer." + receive, "70000").config().consumerClient())
                .containsEntry(receive, "70000");
        assertThat(minimal().with("producer." + send, "70000").config().producerClient(0))
                .containsEntry(send, "70000");
        Settings forAll = minimal().with(receive, "80000").with(send, "80000");
        assertThat(forAll.config().consumerClient()).containsEntry(receive, "80000");
        assertThat(forAll.config().producerClient(0)).containsEntry(send, "80000");
        assertThat(forAll.with("consumer." + receive, "70000").config().consumerClient())
                .containsEntry(receive, "70000");
        assertThat(forAll.with("producer." + send, "70000").config().producerClient(0))
                .containsEntry(send, "70000");
    }

    @Test
    void a_producer_without_room_for_a_request_or_a_batch_is_refused() {
        Settings small = minimal().with("producer.buffer.memory", "1048575");

        assertRefused(
                small,
                "producer.buffer.memory=1048575 has no room",
                "producer.max.request.size=1048576, the default: raise the one, or lower the other");
        assertRefused(
                minimal().with("producer.buffer.memory", "1048576").with("producer.batch.size", "1048577"),
                "producer.batch.size=1048577: raise");
        assertThat(minimal().with("producer.buffer.memory", "1048576").config().producerClient(0))
                .containsEntry("buffer.memory", "1048576");
    }

    @Test
    void a_batch_is_no_larger_than_a_request_may_be_unless_the_operator_wants_it() {
        Settings small = minimal().with("producer.buffer.memory", "40000").with("producer.max.request.size", "30000");

        assertThat(small.config().producerClient(0)).containsEntry("batch.size", 30_000);
        assertRefused(
                minimal().with("producer.max.request.size", "-1"),
                "Invalid value -1 for configuration max.request.size");
    }

    @Test
    void larger_requests_and_batches_find_room_in_the_producer() {
        assertThat(minimal()
                        .with("producer.max.request.size", "20000000")
                        .config()
                        .producerClient(0))
                .containsEntry("buffer.memory", 40_000_000L);
        assertThat(minimal().with("producer.batch.size", "1000000").config().producerClient(0))
                .containsEntry("buffer.memory", 16_000_000L);
    }

    @Test
    void the_producer_is_idempotent_at_least_once() {
        assertThat(atLeastOnce().config().producerClient(0))
                .containsEntry("acks", "all")
                .containsEntry("enable.idempotence", "true")
                .doesNotContainKeys("transactional.id", "transaction.timeout.ms");
    }

    @Test
    void a_named_instance_is_a_static_member() {
        SpillwayConfig config = minimal().with("instance.id", "pod-3").config();

        assertThat(config.hasInstanceId()).isTrue();
        assertThat(config.consumerClient())
                .containsEntry("group.instance.id", "app-pod-3")
                .containsEntry("client.id", "app-pod-3");
    }

    @Test
    void instances_without_a_name_never_share_one() {
        SpillwayConfig one = minimal().config();
        SpillwayConfig other = minimal().config();

        assertThat(one.instanceId()).isNotEqualTo(other.instanceId()).isEqualTo(one.instanceId());
        assertThat(one.hasInstanceId()).isFalse();
    }

    @Test
    void inspection_knows_the_group_by_name_and_is_no_member_of_it() {
        assertThat(minimal().with("instance.id", "pod-3").config().inspectionClient())
                .containsEntry("isolation.level", "read_committed")
                .containsEntry("auto.offset.reset", "earliest")
                .containsEntry("enable.auto.commit", "false")
                .containsKey("group.id")
                .doesNotContainKey("group.instance.id");
    }

    @Test
    void keys_of_the_processor_are_handed_to_it_without_their_prefix() {
        assertThat(minimal().with("processor.any.thing", "x").config().processorSettings())
                .isEqualTo(Map.of("any.thing", "x"));
    }

    @Test
    void limits_of_the_clients_are_known() {
        SpillwayConfig config = minimal().config();

        assertThat(config.maxPollRecords()).isEqualTo(500);
        assertThat(config.maxPollInterval()).isEqualTo(Duration.ofMinutes(5));
        assertThat(config.maxRequestSize()).isEqualTo(1024 * 1024);
    }

    @ParameterizedTest
    @CsvSource({
        "sasl.jaas.config, '', request.timeout.ms, x",
        "ssl.keystore.password, consumer., max.poll.records, x",
        "ssl.key.password, producer., linger.ms, x",
        "ssl.truststore.password, '', shed.policy, x",
        "ssl.keystore.key, '', ssl.keystore.kei, x",
        "ssl.keystore.certificate.chain, producer., transaction.timeout.ms, 1"
    })
    void no_refusal_tells_a_secret(String key, String prefix, String wrongKey, String wrongValue) {
        String secret = "hunter2";
        String wrong = wrongKey.equals("shed.policy") || wrongKey.endsWith("kei") ? wrongKey : prefix + wrongKey;

        assertThatThrownBy(() -> minimal()
                        .with(prefix + key, secret)
                        .with(wrong, wrongValue)
                        .config())
                .isInstanceOf(InvalidConfigException.class)
                .hasNoCause()
                .message()
                .doesNotContain(secret);
    }

    @Test
    void settings_of_a_client_that_are_printed_tell_no_secret() {
        SpillwayConfig config = minimal()
                .with("sasl.jaas.config", "x required password=\"hunter2\";")
                .with("consumer.ssl.key.password", "hunter2")
                .with("producer.ssl.keystore.password", "hunter2")
                .config();

        assertThat(List.of(
                        config.adminClient(),
                        config.consumerClient(),
                        config.producerClient(0),
                        config.inspectionClient()))
                .allSatisfy(client -> assertThat(client.toString()).doesNotContain("hunter2"));
    }

    @Test
    void the_reference_mentions_every_key() {
        String reference = SpillwayConfig.reference();

        assertThat(ConfigKeys.definition().names())
                .hasSizeGreaterThan(20)
                .allSatisfy(key -> assertThat(reference).contains("| `" + key + "` |"));
        assertThat(reference).contains("required", "see meaning", "`exactly_once_v2`");
    }

    @Test
    void every_row_of_the_reference_has_five_columns() {
        assertThat(SpillwayConfig.reference().lines())
                .allSatisfy(row -> assertThat(row.split("(?<!\\\\)\\|", -1)).hasSize(7));
    }

    private static Settings atLeastOnce() {
        return minimal().with("processing.guarantee", "at_least_once");
    }

    @Test
    void a_service_needs_an_address() {
        assertRefused(minimal().with("processor", "http"), "processor=http needs http.url", "http://localhost:8000/");
        assertThat(minimal().config().http().url()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost:8000",
                "/work",
                "ftp://localhost/",
                "http:///work",
                "http://local host/",
                "http://localhost:99999/",
                "http://localhost:0/",
                "http://localhost/#here"
            })
    void an_address_that_cannot_be_called_is_refused(String url) {
        assertRefused(minimal().with("processor", "http").with("http.url", url), "http.url");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://user:secret@localhost/", "http://user:sec ret@localhost/", "http://:secret@/"})
    void a_password_in_an_address_is_refused_and_not_told(String url) {
        assertThatThrownBy(() -> minimal().with("http.url", url).config())
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("http.url")
                .satisfies(refusal -> assertThat(refusal.getMessage()).doesNotContain("sec"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://localhost/?token=secret",
                "http://localhost/?token=secret#here",
                "http://localhost/#token=secret",
                "localhost:8000/work?token=secret",
                "/work?token=secret",
                "http:/localhost/?token=secret",
                "user:secret@localhost:8000/"
            })
    void what_an_address_asks_for_is_not_told_when_it_is_refused(String url) {
        assertThatThrownBy(() -> minimal().with("http.url", url).config())
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("http.url")
                .satisfies(refusal -> assertThat(refusal.getMessage()).doesNotContain("secret"));
    }

    @Test
    void a_service_has_less_time_than_an_attempt() {
        Settings http = minimal().with("processor", "http").with("http.url", "http://localhost:8000/work");
        assertThat(http.config().http().timeout()).isEqualTo(Duration.ofSeconds(8));
        assertThat(http.with("processing.timeout.ms", "100").config().http().timeout())
                .isEqualTo(Duration.ofMillis(80));
        assertThat(http.with("http.timeout.ms", "99").config().http().timeout()).isEqualTo(Duration.ofMillis(99));
        assertRefused(http.with("http.timeout.ms", "100"), "http.timeout.ms=100", "processing.timeout.ms=100");
    }

    @Test
    void jobs_fetch_from_loopback_names_unless_other_hosts_are_named() {
        assertThat(minimal().config().ioAllowedHosts())
                .containsExactly(
                        new AllowedHost("localhost", -1),
                        new AllowedHost("127.0.0.1", -1),
                        new AllowedHost("[::1]", -1));
        assertThat(minimal()
                        .with("job.io.allowed.hosts", "Example.com:8443, [fd00::1]:80")
                        .config()
                        .ioAllowedHosts())
                .containsExactly(new AllowedHost("example.com", 8443), new AllowedHost("[fd00::1]", 80));
        assertThat(minimal().with("job.io.allowed.hosts", "").config().ioAllowedHosts())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://example.com",
                "example.com/path",
                "user@example.com",
                "*",
                "a b",
                "::1",
                "host:0",
                "host:x"
            })
    void what_names_no_host_is_refused(String host) {
        assertRefused(minimal().with("job.io.allowed.hosts", host), "job.io.allowed.hosts", "'" + host + "'");
    }
}
