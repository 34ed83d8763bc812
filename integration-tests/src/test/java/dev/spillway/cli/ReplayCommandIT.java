package dev.spillway.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.Application;
import dev.spillway.SpillwayCommand;
import dev.spillway.TestKafka;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@code replay} as somebody uses it at night: it is killed, repeated, and must not put anything back twice. */
@Timeout(120)
@SuppressWarnings("NullAway.Init") // set up before each test
class ReplayCommandIT {
    private static final int RECORDS = 300;

    @RegisterExtension
    static final TestKafka kafka = new TestKafka();

    @TempDir
    Path directory;

    private Application application;
    private String config;

    @BeforeEach
    void shedRecords() throws Exception {
        application = Application.on(kafka, 1).with("shed.policy", "DROP_OLDEST");
        config = application.writeTo(directory).toString();
        kafka.client().produce(application.input(), RECORDS);
        kafka.client()
                .produce(IntStream.range(0, RECORDS).mapToObj(this::tombstone).toList());
    }

    @Test
    void aReplayThatIsKilledAndRepeatedPutsEachRecordBackOnce() throws Exception {
        try (SpillwayCommand.Running killed = start("--yes", "--rate", "60")) {
            Awaitility.await("some records put back")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> replayed().count() >= 30);
            killed.kill();
        }
        assertThat(replayed()).hasSizeLessThan(RECORDS);

        SpillwayCommand.Result rest = replay("--yes");
        SpillwayCommand.Result again = replay("--yes");

        assertThat(rest.exitCode()).as(rest.err()).isZero();
        assertThat(rest.out()).contains("by earlier runs", "DONE");
        assertThat(again.exitCode()).as(again.err()).isZero();
        assertThat(again.out()).contains("NOTHING TO DO");
        Map<String, String> keys =
                replayed().collect(toMap(ReplayCommandIT::header, record -> new String(record.key(), UTF_8)));
        Map<String, String> expected =
                IntStream.range(0, RECORDS).boxed().collect(toMap(this::origin, i -> "key-" + i, (a, b) -> a));
        assertThat(keys).isEqualTo(expected);
    }

    @Test
    void whatTheInputNoLongerHasIsToldAndCostsTheExitCode() throws Exception {
        TopicPartition input = new TopicPartition(application.input(), 0);
        kafka.client()
                .admin()
                .deleteRecords(Map.of(input, RecordsToDelete.beforeOffset(10)))
                .all()
                .get();

        SpillwayCommand.Result result = replay("--origin", application.input() + "-0@5..14", "--yes");

        assertThat(result.exitCode()).as(result.err()).isEqualTo(2);
        assertThat(result.out())
                .contains("no longer retained: the partition begins at 10")
                .contains("NOT ALL");
        assertThat(replayed()).hasSize(5);
    }

    @Test
    void aReplayThatWouldBeShedAgainIsRefusedAndADryRunWritesNothing() throws Exception {
        SpillwayCommand.Result refused = replay();
        SpillwayCommand.Result dry = replay("--dry-run");

        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.sentences()).singleElement().asString().contains("without --rate", "--yes");
        assertThat(dry.exitCode()).as(dry.err()).isZero();
        assertThat(dry.out()).contains("would go to " + application.input(), "300");
        assertThat(replayed()).isEmpty();
    }

    @Test
    void ofTwoReplaysOfOneNameTheSecondGoesOnWhereTheFirstWasAndTheFirstEnds() throws Exception {
        try (SpillwayCommand.Running first = start("--name", "night", "--yes", "--rate", "5")) {
            Awaitility.await("some records put back")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> replayed().findAny().isPresent());

            SpillwayCommand.Result second = replay("--name", "night", "--yes");
            SpillwayCommand.Result ended = first.awaitExit();

            assertThat(second.exitCode()).as(second.err()).isZero();
            assertThat(second.out()).contains("by earlier runs", "DONE");
            assertThat(ended.exitCode()).as(ended.err()).isEqualTo(3);
            assertThat(ended.sentences()).singleElement().asString().contains("another replay with the same name");
        }
        assertThat(timesPutBack())
                .hasSize(RECORDS)
                .allSatisfy((origin, times) -> assertThat(times).as(origin).isOne());
    }

    @Test
    void twoReplaysOfDifferentNamesDoNotHinderEachOtherAndWhatBothChooseIsPutBackTwice() throws Exception {
        String partition = application.input() + "-0@";
        try (SpillwayCommand.Running early =
                        start("--name", "early", "--yes", "--rate", "50", "--origin", partition + "0..199");
                SpillwayCommand.Running late =
                        start("--name", "late", "--yes", "--rate", "50", "--origin", partition + "100..299")) {
            for (SpillwayCommand.Running replay : List.of(early, late)) {
                SpillwayCommand.Result result = replay.awaitExit();
                assertThat(result.exitCode()).as(result.err()).isZero();
                assertThat(result.out()).contains("DONE").containsPattern("put back to .* 200");
            }
        }
        assertThat(timesPutBack()).hasSize(RECORDS).allSatisfy((origin, times) -> {
            int offset = Integer.parseInt(origin.substring(partition.length()));
            assertThat(times).as(origin).isEqualTo(offset >= 100 && offset < 200 ? 2 : 1);
        });
    }

    private Map<String, Long> timesPutBack() {
        return replayed().collect(groupingBy(ReplayCommandIT::header, counting()));
    }

    private SpillwayCommand.Running start(String... more) throws Exception {
        return SpillwayCommand.start(directory, command(more));
    }

    private SpillwayCommand.Result replay(String... more) throws Exception {
        return SpillwayCommand.run(directory, command(more));
    }

    private String[] command(String... more) {
        return Stream.of(List.of("replay", "--config", config, "--drops"), List.of(more))
                .flatMap(List::stream)
                .toArray(String[]::new);
    }

    private Stream<ConsumerRecord<byte[], byte[]>> replayed() {
        return kafka.client().readCommitted(application.input()).stream()
                .filter(record -> record.headers().lastHeader("spillway.replayed") != null);
    }

    private static String header(ConsumerRecord<byte[], byte[]> record) {
        Header header = Objects.requireNonNull(record.headers().lastHeader("spillway.replayed"));
        return new String(header.value(), UTF_8);
    }

    private String origin(int offset) {
        return application.input() + "-0@" + offset;
    }

    private ProducerRecord<byte[], byte[]> tombstone(int offset) {
        ProducerRecord<byte[], byte[]> tombstone =
                new ProducerRecord<>(application.setting("drop.topic"), ("key-" + offset).getBytes(UTF_8), null);
        Map<String, String> headers = Map.of(
                "spillway.origin", origin(offset),
                "spillway.outcome", "DROPPED",
                "spillway.reason", "DROP_OLDEST",
                "spillway.at", "2026-01-31T12:00:00Z");
        headers.forEach((name, value) -> tombstone.headers().add(name, value.getBytes(UTF_8)));
        return tombstone;
    }
}
