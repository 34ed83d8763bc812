package dev.spillway.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.ledger.Origin;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class DropCountsTest {
    private static final Instant NOON = Instant.parse("2026-01-31T12:00:00Z");

    @Test
    void groups_are_ordered_by_count_with_their_first_and_last_moments() {
        DropCounts counts = new DropCounts(Grouping.KEY);
        counts.add(shed("a", NOON));
        counts.add(shed("b", NOON.plusSeconds(9)));
        counts.add(shed("b", NOON.plusSeconds(3)));
        assertThat(counts.report("drops", true).rows())
                .containsExactly(
                        new DropReport.Row("b", 2, NOON.plusSeconds(3), NOON.plusSeconds(9)),
                        new DropReport.Row("a", 1, NOON, NOON));
    }

    @Test
    void minutes_are_ordered_by_time() {
        DropCounts counts = new DropCounts(Grouping.MINUTE);
        counts.add(shed("a", NOON.plusSeconds(61)));
        counts.add(shed("a", NOON.plusSeconds(62)));
        counts.add(shed("a", NOON));
        assertThat(counts.report("drops", true).rows())
                .extracting(DropReport.Row::group)
                .containsExactly("2026-01-31T12:00Z", "2026-01-31T12:01Z");
    }

    @Test
    void partitions_are_those_of_the_input() {
        DropCounts counts = new DropCounts(Grouping.PARTITION);
        counts.add(shed("a", NOON));
        assertThat(counts.report("drops", true).rows())
                .extracting(DropReport.Row::group)
                .containsExactly("orders-3");
    }

    @Test
    void memory_stays_bounded_and_what_is_left_out_is_counted() {
        DropCounts counts = new DropCounts(Grouping.KEY, 100);
        for (int i = 0; i < 10_000; i++) {
            counts.add(shed("key-" + i % 1000, NOON));
        }
        assertThat(counts.held()).isEqualTo(100);
        DropReport report = counts.report("drops", true);
        assertThat(report.tombstones()).isEqualTo(10_000);
        assertThat(report.inOtherGroups()).isEqualTo(9_000);
        assertThat(report.text()).contains("... and 9,800 records with other keys");
    }

    @Test
    void of_too_many_minutes_the_latest_are_kept() {
        DropCounts counts = new DropCounts(Grouping.MINUTE, 3);
        for (int minute : new int[] {5, 1, 3, 2, 4, 0}) {
            counts.add(shed("a", NOON.plusSeconds(60L * minute)));
        }
        DropReport report = counts.report("drops", true);
        assertThat(report.rows())
                .extracting(DropReport.Row::group)
                .containsExactly("2026-01-31T12:03Z", "2026-01-31T12:04Z", "2026-01-31T12:05Z");
        assertThat(report.inOtherGroups()).isEqualTo(3);
    }

    @Test
    void every_tombstone_is_in_a_row_or_in_the_rest() {
        for (Grouping grouping : Grouping.values()) {
            DropCounts counts = new DropCounts(grouping, 7);
            for (int i = 0; i < 500; i++) {
                counts.add(shed("key-" + i % 30, NOON.plusSeconds(17L * (i * 31 % 500))));
            }
            DropReport report = counts.report("drops", true);
            long inRows =
                    report.rows().stream().mapToLong(DropReport.Row::count).sum();
            assertThat(inRows + report.inOtherGroups()).as("by %s", grouping).isEqualTo(500);
        }
    }

    private static Tombstone shed(String key, Instant at) {
        return new Tombstone(at, "DROP_OLDEST", key, new Origin("orders", 3, 1), 0, 0);
    }
}
