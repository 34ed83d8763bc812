package dev.spillway.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.ClusterClient;
import dev.spillway.Outcomes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;

/**
 * The outcomes that readers of committed records find in some topics, counted by the origin that each names. It knows nothing of the
 * product but the names of the headers that do.
 */
public final class SettledRecords {
    private final Map<TopicPartition, Map<Long, Integer>> counts = new HashMap<>();

    private SettledRecords() {}

    /** Reads the topics, once no transaction is open in them: before, its records and all behind them cannot be seen. */
    static SettledRecords read(ClusterClient client, List<String> topics) {
        SettledRecords outcomes = new SettledRecords();
        for (String topic : topics) {
            awaitNoOpenTransaction(topic, client);
            client.readCommitted(topic, record -> Outcomes.originsIn(record).forEach(outcomes::add));
        }
        return outcomes;
    }

    /** How many outcomes a record has. */
    int of(TopicPartition partition, long offset) {
        return counts.getOrDefault(partition, Map.of()).getOrDefault(offset, 0);
    }

    /** How many offsets below the committed ones have a number of outcomes like that. */
    long count(Map<TopicPartition, Long> committed, IntPredicate outcomes) {
        return committed.entrySet().stream()
                .mapToLong(partition -> LongStream.range(0, partition.getValue())
                        .filter(offset -> outcomes.test(of(partition.getKey(), offset)))
                        .count())
                .sum();
    }

    /** All below the committed offsets have one, nothing else has any. */
    void assertExactlyOnce(Map<TopicPartition, Long> committed) {
        committed.forEach((partition, end) -> assertThat(wrong(partition, end, 1))
                .as("offsets of %s below %s without an outcome (0) or with several", partition, end)
                .isEmpty());
        counts.forEach((partition, offsets) -> assertThat(offsets.keySet())
                .as("outcomes of %s, which is committed up to %s", partition, committed.get(partition))
                .allMatch(offset -> offset < committed.getOrDefault(partition, 0L)));
    }

    /** All below the committed offsets have at least one. */
    void assertAtLeastOnce(Map<TopicPartition, Long> committed) {
        committed.forEach((partition, end) -> assertThat(wrong(partition, end, Integer.MAX_VALUE))
                .as("offsets of %s below %s without an outcome", partition, end)
                .isEmpty());
    }

    /** The wrong ones among the first offsets, as the beginnings of runs of the same number of outcomes, and where the last run ends. */
    private Map<Long, Integer> wrong(TopicPartition partition, long end, int most) {
        Map<Long, Integer> runs = new TreeMap<>();
        int before = 1;
        for (long offset = 0; offset < end; offset++) {
            int outcomes = of(partition, offset);
            boolean isWrong = outcomes < 1 || outcomes > most;
            if (isWrong ? outcomes != before : before < 1 || before > most) {
                runs.put(offset, outcomes);
            }
            before = outcomes;
        }
        return runs;
    }

    /** An origin is written as {@code topic-partition@offset}. */
    private void add(String origin) {
        int at = origin.lastIndexOf('@');
        int dash = origin.lastIndexOf('-', at);
        TopicPartition partition =
                new TopicPartition(origin.substring(0, dash), Integer.parseInt(origin.substring(dash + 1, at)));
        counts.computeIfAbsent(partition, p -> new HashMap<>())
                .merge(Long.parseLong(origin.substring(at + 1)), 1, Integer::sum);
    }

    private static void awaitNoOpenTransaction(String topic, ClusterClient client) {
        try (Consumer<byte[], byte[]> stable = client.consumer(Map.of());
                Consumer<byte[], byte[]> all = client.consumer(Map.of("isolation.level", "read_uncommitted"))) {
            List<TopicPartition> partitions = stable.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            Awaitility.await("end of the transactions in " + topic)
                    .atMost(SidecarProcess.PATIENCE)
                    .until(() -> stable.endOffsets(partitions).equals(all.endOffsets(partitions)));
        }
    }
}
