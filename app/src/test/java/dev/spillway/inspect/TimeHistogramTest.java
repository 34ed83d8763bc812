package dev.spillway.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TimeHistogramTest {
    private static final Instant NOON = Instant.parse("2026-01-31T12:00:00Z");

    private final TimeHistogram histogram = new TimeHistogram(1000);

    @Test
    void seconds_in_which_nothing_was_shed_are_rows_too() {
        add(NOON, NOON, NOON.plusSeconds(2));
        assertThat(histogram.table().text(3).lines())
                .containsExactly(
                        "from (UTC)            records",
                        "2026-01-31T12:00:00Z        2  ########################################",
                        "2026-01-31T12:00:01Z        0",
                        "2026-01-31T12:00:02Z        1  ####################",
                        "a row is 1 s");
    }

    @Test
    void however_long_the_time_is_it_has_some_forty_rows_and_nothing_is_left_out() {
        for (long span : new long[] {1, 39, 41, 3_000, 90_000, 1_000_000, 300_000_000}) {
            TimeHistogram spread = new TimeHistogram(1000);
            for (int i = 0; i <= 100; i++) {
                spread.add(shed(NOON.plusSeconds(span * i / 100)));
            }
            List<GroupTable.Row> rows = spread.table().rows();
            assertThat(rows).as("%d s", span).hasSizeLessThanOrEqualTo(TimeHistogram.ROWS);
            assertThat(rows.stream().mapToLong(GroupTable.Row::count).sum()).isEqualTo(101);
        }
    }

    @Test
    void memory_stays_bounded_and_counts_exact() {
        Random random = new Random(1);
        for (int i = 0; i < 100_000; i++) {
            histogram.add(shed(NOON.plusSeconds(random.nextInt(10_000_000))));
            assertThat(histogram.held()).isLessThanOrEqualTo(1000);
        }
        assertThat(histogram.table().rows().stream()
                        .mapToLong(GroupTable.Row::count)
                        .sum())
                .isEqualTo(100_000);
    }

    @Test
    void a_tombstone_of_the_year_1_does_not_flatten_the_rest() {
        for (int i = 0; i < 10_000; i++) {
            add(NOON.plusSeconds(i % 30));
        }
        add(Instant.parse("0001-01-01T00:00:00Z"), Instant.parse("9999-01-01T00:00:00Z"));
        List<GroupTable.Row> rows = histogram.table().rows();
        assertThat(rows).extracting(GroupTable.Row::group).startsWith("earlier").endsWith("later");
        assertThat(rows).hasSize(32);
        assertThat(rows.stream().mapToLong(GroupTable.Row::count).sum()).isEqualTo(10_002);
    }

    private void add(Instant... times) {
        for (Instant at : times) {
            histogram.add(shed(at));
        }
    }

    private static Tombstone shed(Instant at) {
        return new Tombstone(at, "DROP_OLDEST", null, "key", null, 0, 0);
    }
}
