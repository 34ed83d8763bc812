package dev.spillway.ledger;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Records per second that can be booked: hashed, and settled by many threads in the account of one partition. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class LedgerMicrobenchmark {
    private final Account account = new Ledger(() -> {}).account(new PartitionId("input", 3));
    private final long seed = Fingerprint.seed(new PartitionId("input", 3));

    /** Of each thread. */
    @State(Scope.Thread)
    public static class Offsets {
        private long next;

        long next() {
            return next++;
        }
    }

    @Benchmark
    public long fingerprint(Offsets offsets) {
        return Fingerprint.of(seed, offsets.next());
    }

    @Benchmark
    public void settle(Offsets offsets) {
        account.settle(offsets.next(), Outcome.PROCESSED);
    }
}
