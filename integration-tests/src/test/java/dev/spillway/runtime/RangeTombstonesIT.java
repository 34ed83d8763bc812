package dev.spillway.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.spillway.Application;
import dev.spillway.Outcomes;
import dev.spillway.SpillwayCommand;
import dev.spillway.TestKafka;
import dev.spillway.config.Guarantee;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code drop.tombstones=range}: one tombstone stands for a run of records, and each of them is accounted for all the same. */
@Timeout(120)
class RangeTombstonesIT {
    private static final int RECORDS = 1500;
    private static final int CAPACITY = 40;

    @RegisterExtension
    static final TestKafka kafka = new TestKafka();

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "DROP_NEWEST, EXACTLY_ONCE_V2",
        "DROP_OLDEST, EXACTLY_ONCE_V2",
        "DROP_NEWEST, AT_LEAST_ONCE",
        "DROP_OLDEST, AT_LEAST_ONCE"
    })
    void fewTombstonesAccountForEveryRecord(String policy, Guarantee guarantee) throws Exception {
        Application application = overloaded(2).with("shed.policy", policy).guaranteeing(guarantee);

        ExitReport report = application.runUntilEnd();

        assertThat(report.isConserved()).as(report.render()).isTrue();
        Outcomes outcomes = application.assertConserved();
        assertThat(outcomes.droppedOrigins())
                .hasSize((int) report.totals().committed().dropped());
        assertThat(outcomes.dropped())
                .hasSizeLessThan(outcomes.droppedOrigins().size() / 5)
                .allSatisfy(tombstone -> assertThat(Outcomes.header(tombstone, "spillway.reason"))
                        .isEqualTo(policy));
        assertThat(outcomes.dropped().stream().filter(tombstone -> tombstone.value() != null))
                .isNotEmpty()
                .allSatisfy(RangeTombstonesIT::assertSaysWhatItsHeaderSays);
    }

    /** Its broker refuses records without keys. */
    @Test
    void aTopicThatIsCompactedTakesThem() throws Exception {
        Application application = overloaded(1)
                .with("shed.policy", "DROP_OLDEST")
                .with("drop.topic", kafka.client().createTopic("drop", 1, Map.of("cleanup.policy", "compact")));

        ExitReport report = application.runUntilEnd();

        assertThat(report.isConserved()).as(report.render()).isTrue();
        application.assertConserved();
    }

    @Test
    void dropsCountsRecordsAndDoesNotInventTheirKeys() throws Exception {
        Application application = overloaded(1).with("shed.policy", "DROP_OLDEST");
        ExitReport report = application.runUntilEnd();
        long dropped = report.totals().committed().dropped();

        SpillwayCommand.Result result = command(application, "drops", "--json", "--by", "reason,key,partition");

        assertThat(result.exitCode()).as(result.err()).isZero();
        JsonNode summary = new ObjectMapper().readTree(result.out());
        assertThat(summary.at("/records").asLong()).isEqualTo(dropped);
        assertThat(summary.at("/tombstones").asLong()).isLessThan(dropped / 5);
        assertThat(summary.at("/tables/0/groups/0/count").asLong()).isEqualTo(dropped);
        assertThat(summary.at("/tables/1/groups/0/group").asText()).isEqualTo("(unknown key)");
        assertThat(summary.at("/tables/1/groups/0/count").asLong())
                .isEqualTo(summary.at("/recordsInRanges").asLong());
        assertThat(summary.at("/tables/2/groups/0/group").asText()).isEqualTo(application.input() + "-0");

        String one = application.outcomes().droppedOrigins().get(1);
        SpillwayCommand.Result original = command(application, "drops", "--origin", one);
        assertThat(original.out()).as(original.err()).contains(one, "key-");
    }

    @Test
    void aReplayThatIsKilledAmongTheRecordsOfATombstoneAndRepeatedPutsEachBackOnce() throws Exception {
        int count = 300;
        Application application = Application.on(kafka, 1).with("shed.policy", "DROP_OLDEST");
        kafka.client().produce(application.input(), count);
        kafka.client().produce(List.of(range(application, 0, count - 1)));
        Path config = application.writeTo(directory);
        try (SpillwayCommand.Running killed = SpillwayCommand.start(
                directory, "replay", "--config", config.toString(), "--drops", "--yes", "--rate", "60")) {
            Awaitility.await("some records put back")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> replayed(application).count() >= 30);
            killed.kill();
        }
        assertThat(replayed(application)).hasSizeLessThan(count);

        SpillwayCommand.Result rest = command(application, "replay", "--drops", "--yes");
        SpillwayCommand.Result again = command(application, "replay", "--drops", "--yes");

        assertThat(rest.exitCode()).as(rest.err()).isZero();
        assertThat(rest.out()).contains("by earlier runs", "DONE");
        assertThat(again.out()).as(again.err()).contains("NOTHING TO DO");
        Map<String, String> keys = replayed(application)
                .collect(toMap(
                        record -> Outcomes.header(record, "spillway.replayed"), record -> Outcomes.text(record.key())));
        assertThat(keys)
                .isEqualTo(IntStream.range(0, count)
                        .boxed()
                        .collect(toMap(i -> application.input() + "-0@" + i, i -> "key-" + i)));
    }

    private SpillwayCommand.Result command(Application application, String command, String... more) throws Exception {
        String config = application.writeTo(directory).toString();
        return SpillwayCommand.run(
                directory,
                Stream.concat(Stream.of(command, "--config", config), Stream.of(more))
                        .toArray(String[]::new));
    }

    private Application overloaded(int partitions) throws InterruptedException {
        Application application = Application.on(kafka, partitions)
                .with("drop.tombstones", "range")
                .with("processor", "job")
                .with("queue.capacity", Integer.toString(CAPACITY));
        kafka.client()
                .produce(IntStream.range(0, RECORDS)
                        .mapToObj(i -> new ProducerRecord<>(application.input(), i % partitions, key(i), job(i)))
                        .toList());
        return application;
    }

    private static byte[] key(int number) {
        return ("key-" + number % 7).getBytes(UTF_8);
    }

    private static byte[] job(int number) {
        return ("{\"id\": \"" + number + "\", \"type\": \"delay\", \"millis\": 2}").getBytes(UTF_8);
    }

    private static void assertSaysWhatItsHeaderSays(ConsumerRecord<byte[], byte[]> tombstone) throws Exception {
        JsonNode value = new ObjectMapper().readTree(tombstone.value());
        List<String> origins = Outcomes.originsIn(tombstone);
        String partition =
                value.get("topic").asText() + "-" + value.get("partition").asInt() + "@";
        assertThat(origins)
                .hasSize(value.get("count").asInt())
                .startsWith(partition + value.get("firstOffset").asLong())
                .endsWith(partition + value.get("lastOffset").asLong());
        assertThat(Outcomes.headerNames(tombstone))
                .containsExactly("spillway.origins", "spillway.outcome", "spillway.reason", "spillway.at");
    }

    private static Stream<ConsumerRecord<byte[], byte[]>> replayed(Application application) {
        return kafka.client().readCommitted(application.input()).stream()
                .filter(record -> Optional.ofNullable(record.headers().lastHeader("spillway.replayed"))
                        .isPresent());
    }

    private static ProducerRecord<byte[], byte[]> range(Application application, long first, long last) {
        String origins = application.input() + "-0@" + first + ".." + last;
        String value = "{\"topic\":\"" + application.input() + "\",\"partition\":0,\"firstOffset\":" + first
                + ",\"lastOffset\":" + last + ",\"count\":" + (last - first + 1) + "}";
        ProducerRecord<byte[], byte[]> tombstone =
                new ProducerRecord<>(application.setting("drop.topic"), origins.getBytes(UTF_8), value.getBytes(UTF_8));
        Map.of(
                        "spillway.origins", origins,
                        "spillway.outcome", "DROPPED",
                        "spillway.reason", "DROP_OLDEST",
                        "spillway.at", "2026-01-31T12:00:00Z")
                .forEach((name, text) -> tombstone.headers().add(name, text.getBytes(UTF_8)));
        return tombstone;
    }
}
