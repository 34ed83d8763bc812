package dev.spillway.inspect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.config.Guarantee;
import dev.spillway.ledger.Origin;
import dev.spillway.ledger.Outcome;
import dev.spillway.ledger.PartitionId;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * The books of very many records in a heap of {@value #HEAP}: ten million in every build, {@code -Daudit.records=100000000} for more.
 * The input has gaps, as transactions leave them, and outcomes come in any order within 100,000 records, so no part of the books can
 * be shortened early.
 */
class AuditMemoryTest {
    static final String HEAP = "-Xmx64m";

    private static final int WINDOW = 100_000;
    private static final int GAP = 1000;

    @Test
    void the_books_of_very_many_records_are_kept_in_a_bit_or_two_for_each() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        HEAP,
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        AuditMemoryTest.class.getName(),
                        System.getProperty("audit.records", "10000000"))
                .redirectErrorStream(true)
                .start();
        String out;
        try (var reader = process.inputReader(UTF_8)) {
            out = String.join("\n", reader.lines().toList());
        }
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(out).isZero();
        assertThat(out).contains("CONSERVED");
        System.out.println(out); // the figures that the README has
    }

    public static void main(String[] args) {
        long records = Long.parseLong(args[0]);
        PartitionId orders = new PartitionId("orders", 0);
        long begin = System.nanoTime();
        Audit audit =
                new Audit("app", Guarantee.EXACTLY_ONCE_V2, Map.of(orders, new InputRange(0, records, records, false)));
        for (long offset = 0; offset < records; offset++) {
            if (offset % GAP != 0) {
                audit.input(orders, offset, offset);
            }
        }
        audit.inputRead();
        long read = System.nanoTime();
        Random random = new Random(1);
        for (long start = 0; start < records; start += WINDOW) {
            settle(audit, start, random.nextInt(WINDOW));
        }
        long settled = System.nanoTime();
        AuditReport report = audit.report();
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        System.out.printf(
                "%,d offsets: input %.1f s, outcomes %.1f s, live heap %,d KiB%n",
                records,
                (read - begin) / 1e9,
                (settled - read) / 1e9,
                (runtime.totalMemory() - runtime.freeMemory()) >> 10);
        System.out.println(report.text());
        System.exit(report.isConserved() ? 0 : 2);
    }

    /** A multiplication by what has no factor in common with the window makes an order in which neighbours are far apart. */
    private static void settle(Audit audit, long start, int shift) {
        for (long i = 0; i < WINDOW; i++) {
            long offset = start + (i * 33_333 + shift) % WINDOW;
            if (offset % GAP != 0) {
                audit.outcome(
                        new Origin("orders", 0, offset),
                        offset % 3 == 0 ? Outcome.DROPPED : Outcome.PROCESSED,
                        Part.WHOLE);
            }
        }
    }
}
