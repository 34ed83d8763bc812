package dev.spillway.bench;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Whether every arm moves every record, and those that promise it each one once: an arm that does not would make a fast one. It
 * counts records and is over in a minute.
 */
final class ArmsBenchmark implements Benchmark {
    private static final int RECORDS = 500;
    private static final int THREADS = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Metric DIFFERENT = new Metric("different results", 0);

    @Override
    public String name() {
        return "arms";
    }

    @Override
    public Results run(Bench bench) throws Exception {
        Results results =
                new Results(name(), "What came through of " + RECORDS + " records.", DIFFERENT, ArmSpec.PLAIN.name());
        Input input = bench.input("bench-arms", InputSpec.usual(RECORDS));
        new Turns(results).take(RECORDS + " records", arms(), 1, arm -> check(bench, arm, input));
        bench.topics().delete(input.topic());
        return results;
    }

    private static Sample check(Bench bench, ArmSpec arm, Input input) throws Exception {
        int partitions = input.spec().partitions();
        String output = bench.topics().createOutput(partitions);
        try (KafkaConsumer<byte[], byte[]> reader = BenchTopics.reader(bench.bootstrapServers());
                ArmProcess process = bench.start(arm, input.topic(), output)) {
            Seen seen = new Seen(reader, BenchTopics.partitionsOf(output, partitions));
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (seen.different.size() < RECORDS && System.nanoTime() < end) {
                process.requireAlive();
                seen.poll();
            }
            Usage usage = process.stop();
            seen.pollToEnd();
            require(seen.different.size() == RECORDS, seen.different.size() + " different results");
            require(!arm.settings().isExactlyOnce() || seen.all == RECORDS, seen.all + " results, exactly once");
            return Sample.NOTHING
                    .with(DIFFERENT, seen.different.size())
                    .with(new Metric("results", 0), seen.all)
                    .with(usage);
        } finally {
            bench.topics().deleteOutput(output);
        }
    }

    private static void require(boolean asItShouldBe, String what) throws ArmFailedException {
        if (!asItShouldBe) {
            throw new ArmFailedException(what + " of " + RECORDS + " records");
        }
    }

    private static List<ArmSpec> arms() {
        List<ArmSpec> arms = new ArrayList<>(ArmSpec.PLAIN_LOOPS);
        arms.addAll(ArmSpec.EXPLAINING_LOOPS);
        arms.addAll(ArmSpec.SPILLWAY);
        arms.addAll(ArmSpec.THREADED_PEERS);
        arms.addAll(ArmSpec.PARALLEL_CONSUMER);
        return arms.stream().map(arm -> arm.with("threads", THREADS)).toList();
    }

    /** What a reader of committed records has found. The values of so few records are all different. */
    private static final class Seen {
        private final KafkaConsumer<byte[], byte[]> reader;
        private final List<TopicPartition> partitions;
        private final Set<ByteBuffer> different = new HashSet<>();
        private int all;

        Seen(KafkaConsumer<byte[], byte[]> reader, List<TopicPartition> partitions) {
            this.reader = reader;
            this.partitions = partitions;
            reader.assign(partitions);
            reader.seekToBeginning(partitions);
        }

        void poll() {
            for (ConsumerRecord<byte[], byte[]> record : reader.poll(POLL)) {
                different.add(ByteBuffer.wrap(record.value()));
                all++;
            }
        }

        void pollToEnd() {
            var ends = reader.endOffsets(partitions).entrySet();
            while (ends.stream().anyMatch(end -> reader.position(end.getKey()) < end.getValue())) {
                poll();
            }
        }
    }
}
