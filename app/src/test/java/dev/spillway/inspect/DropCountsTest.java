package dev.spillway.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.ledger.OriginRange;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class DropCountsTest {
    private static final Instant NOON = Instant.parse("2026-01-31T12:00:00Z");

    @Test
    void groups_are_ordered_by_count_with_their_first_and_last_moments() {
        DropCounts counts = new DropCounts(List.of(Grouping.KEY));
        counts.add(shed("a", NOON));
        counts.add(shed("b", NOON.plusSeconds(9)));
        counts.add(shed("b", NOON.plusSeconds(3)));
        assertThat(table(counts).rows())
                .containsExactly(
                        new GroupTable.Row("b", 2, 0, NOON.plusSeconds(3), NOON.plusSeconds(9)),
                        new GroupTable.Row("a", 1, 0, NOON, NOON));
    }

    @Test
    void minutes_are_ordered_by_time() {
        DropCounts counts = new DropCounts(List.of(Grouping.MINUTE));
        counts.add(shed("a", NOON.plusSeconds(61)));
        counts.add(shed("a", NOON.plusSeconds(62)));
        counts.add(shed("a", NOON));
        assertThat(table(counts).rows())
                .extracting(GroupTable.Row::group)
                .containsExactly("2026-01-31T12:00Z", "2026-01-31T12:01Z");
    }

    @Test
    void partitions_are_those_of_the_input() {
        DropCounts counts = new DropCounts(List.of(Grouping.PARTITION));
        counts.add(shed("a", NOON));
        assertThat(table(counts).rows()).extracting(GroupTable.Row::group).containsExactly("orders-3");
    }

    @Test
    void a_policy_is_what_the_reason_of_its_tombstones_names() {
        DropCounts counts = new DropCounts(List.of(Grouping.POLICY));
        counts.add(new Tombstone(NOON, "DROP_OLDEST", null, "a", orders(1, 1), 0, 0));
        counts.add(new Tombstone(NOON, "DROP_NEWEST", "enrich", "a", orders(2, 2), 0, 1));
        counts.add(new Tombstone(NOON, "DROP_OLDEST", null, "b", orders(3, 3), 0, 2));
        assertThat(table(counts).rows())
                .extracting(GroupTable.Row::group)
                .containsExactly("DROP_OLDEST", "DROP_NEWEST");
        assertThat(counts.report("drops", true).text()).containsPattern("(?m)^policy +records");
    }

    @Test
    void memory_stays_bounded_and_the_text_says_by_how_much_counts_may_be_off() {
        DropCounts counts = new DropCounts(List.of(Grouping.KEY), 100);
        for (int i = 0; i < 10_000; i++) {
            counts.add(shed(i % 3 == 0 ? "hot" : "key-" + i % 1000, NOON));
        }
        assertThat(counts.held()).isEqualTo(100);
        DropReport report = counts.report("drops", true);
        assertThat(report.tombstones()).isEqualTo(10_000);
        GroupTable.Row hot = table(counts).rows().get(0);
        assertThat(hot.group()).isEqualTo("hot");
        assertThat(hot.count()).isBetween(3334L, 3334L + hot.error());
        assertThat(report.text()).contains("There are more than 100 keys").contains("with other keys");
    }

    @Test
    void a_table_of_stages_is_shown_only_where_there_are_some() {
        List<Grouping> both = List.of(Grouping.REASON, Grouping.STAGE);
        DropCounts without = new DropCounts(both);
        without.add(shed("a", NOON));
        assertThat(without.report("drops", true).text()).doesNotContain("stage");
        DropCounts with = new DropCounts(both);
        with.add(new Tombstone(NOON, "DROP_OLDEST", "enrich", "a", orders(1, 1), 0, 0));
        assertThat(with.report("drops", true).text()).contains("stage").contains("enrich");
    }

    @Test
    void a_tombstone_of_several_records_counts_as_so_many_in_every_way() {
        DropCounts counts = new DropCounts(List.of(Grouping.values()));
        counts.add(shed("a", NOON));
        counts.add(shedTogether(24, NOON.plusSeconds(9)));
        DropReport report = counts.report("drops", true);
        assertThat(report.records()).isEqualTo(25);
        assertThat(report.inRanges()).isEqualTo(24);
        assertThat(report.tombstones()).isEqualTo(2);
        assertThat(report.tables())
                .allSatisfy(table -> assertThat(table.rows().stream()
                                .mapToLong(GroupTable.Row::count)
                                .sum())
                        .as("by %s", table.grouping())
                        .isEqualTo(25));
        assertThat(report.text())
                .contains(": 25, from")
                .contains("96.0%")
                .contains("(unknown key)", "Of these, 24 are");
        assertThat(report.json()).contains("\"records\":25,\"recordsInRanges\":24,\"tombstones\":2", "\"share\":0.96");
    }

    @Test
    void where_each_record_has_its_tombstone_nothing_is_said_of_unknown_keys() {
        DropCounts counts = new DropCounts(List.of(Grouping.KEY));
        counts.add(shed("a", NOON));
        assertThat(counts.report("drops", true).text()).doesNotContain("keys");
    }

    @Test
    void of_too_many_minutes_the_latest_are_kept() {
        DropCounts counts = new DropCounts(List.of(Grouping.MINUTE), 3);
        for (int minute : new int[] {5, 1, 3, 2, 4, 0}) {
            counts.add(shed("a", NOON.plusSeconds(60L * minute)));
        }
        assertThat(table(counts).rows())
                .extracting(GroupTable.Row::group)
                .containsExactly("2026-01-31T12:03Z", "2026-01-31T12:04Z", "2026-01-31T12:05Z");
        assertThat(table(counts).elsewhere()).isEqualTo(3);
    }

    @Test
    void every_tombstone_is_in_a_row_or_in_the_rest() {
        for (Grouping grouping : Grouping.values()) {
            DropCounts counts = new DropCounts(List.of(grouping), 7);
            for (int i = 0; i < 500; i++) {
                counts.add(shed("key-" + i % 30, NOON.plusSeconds(17L * (i * 31 % 500))));
            }
            long inRows = table(counts).rows().stream()
                    .mapToLong(GroupTable.Row::count)
                    .sum();
            assertThat(inRows + table(counts).elsewhere()).as("by %s", grouping).isEqualTo(500);
        }
    }

    private static GroupTable table(DropCounts counts) {
        return counts.report("drops", true).tables().get(0);
    }

    private static Tombstone shed(String key, Instant at) {
        return new Tombstone(at, "DROP_OLDEST", null, key, orders(1, 1), 0, 0);
    }

    private static OriginRange orders(long first, long last) {
        return new OriginRange("orders", 3, first, last);
    }

    private static Tombstone shedTogether(long count, Instant at) {
        return new Tombstone(at, "DROP_OLDEST", null, Tombstone.UNKNOWN_KEY, orders(1, count), 0, 0);
    }
}
