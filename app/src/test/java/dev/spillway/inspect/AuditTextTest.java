package dev.spillway.inspect;

import static dev.spillway.config.Guarantee.AT_LEAST_ONCE;
import static dev.spillway.config.Guarantee.EXACTLY_ONCE_V2;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.config.Guarantee;
import dev.spillway.ledger.Origin;
import dev.spillway.ledger.PartitionId;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class AuditTextTest {
    private static final RecordTimes TIMES = new RecordTimes(1_700_000_000_000L, 1_700_000_001_000L);

    @Test
    void a_conserved_audit_is_a_table_and_a_verdict() {
        assertThat(lines(report(EXACTLY_ONCE_V2, good(0), good(1))))
                .containsExactly(
                        "audit of orders-app (exactly_once_v2), up to its committed offsets",
                        "",
                        "partition      input  processed  dropped  dead-lettered  missing  duplicated",
                        "orders-0   1,234,567  1,000,000  234,567              0        0           0",
                        "orders-1   1,234,567  1,000,000  234,567              0        0           0",
                        "total      2,469,134  2,000,000  469,134              0        0           0",
                        "",
                        "partition  from      up to  first written         last written",
                        "orders-0      0  1,234,567  2023-11-14T22:13:20Z  2023-11-14T22:13:21Z",
                        "orders-1      0  1,234,567  2023-11-14T22:13:20Z  2023-11-14T22:13:21Z",
                        "",
                        "CONSERVED: each of 2,469,134 input records has exactly one outcome");
    }

    @Test
    void what_is_wrong_is_named_and_so_are_the_first_origins() {
        PartitionAudit bad =
                new PartitionAudit(new PartitionId("orders", 0), 0, 9, 9, 5, 0, 0, 4, 1, 2, 3, 0, 0, RecordTimes.NONE);
        AuditReport report = new AuditReport(
                "orders-app",
                EXACTLY_ONCE_V2,
                List.of(bad),
                List.of(new Origin("orders", 0, 1), new Origin("orders", 0, 2)),
                List.of(new Origin("orders", 0, 3)),
                List.of(new Origin("orders", 0, 77)),
                0,
                6,
                List.of("a note"));
        assertThat(lines(report))
                .containsExactly(
                        "audit of orders-app (exactly_once_v2), up to its committed offsets",
                        "",
                        "partition  input  processed  dropped  dead-lettered  missing  duplicated  unexpected",
                        "orders-0       9          5        0              0        4           2           3",
                        "",
                        "partition  from  up to  first written  last written",
                        "orders-0      0      9  -              -",
                        "",
                        "missing     orders-0@1 orders-0@2",
                        "            and 2 more",
                        "duplicated  orders-0@3",
                        "            and 1 more",
                        "unexpected  orders-0@77",
                        "            and 2 more",
                        "",
                        "1 of the missing have some parts of their results, not all",
                        "6 foreign records in the output topics, without an origin in the input topics",
                        "a note",
                        "",
                        "NOT CONSERVED: 4 missing, 2 duplicated, 3 unexpected");
    }

    @Test
    void duplicates_are_told_but_no_fault_under_at_least_once() {
        PartitionAudit twice =
                new PartitionAudit(new PartitionId("orders", 0), 0, 9, 9, 9, 0, 0, 0, 0, 2, 0, 0, 5, RecordTimes.NONE);
        AuditReport report = report(AT_LEAST_ONCE, twice);
        assertThat(report.isConserved()).isTrue();
        assertThat(report.text())
                .contains("CONSERVED: each of 9 input records has an outcome, 2 more than one")
                .contains("5 outcomes at or beyond the committed offsets");
    }

    @Test
    void a_group_that_has_committed_nothing_is_told() {
        PartitionAudit none = new PartitionAudit(
                new PartitionId("orders", 0), 0, InputRange.NOTHING, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, RecordTimes.NONE);
        AuditReport report = report(EXACTLY_ONCE_V2, none);
        assertThat(report.isConserved()).isTrue();
        assertThat(report.text())
                .contains("the group orders-app has not committed an offset of the input yet")
                .contains("NOTHING TO AUDIT");
        assertThat(report.json()).contains("\"committed\":null").contains("\"committed\":false");
    }

    @Test
    void no_line_is_wider_than_a_terminal() {
        List<Origin> origins = LongStream.range(1_000_000, 1_000_010)
                .mapToObj(offset -> new Origin("orders", 0, offset))
                .toList();
        PartitionAudit bad = new PartitionAudit(
                new PartitionId("orders", 0), 0, 9, 99_999_999, 9, 0, 0, 99_999_990, 0, 0, 0, 0, 0, RecordTimes.NONE);
        AuditReport report = new AuditReport(
                "orders-app", EXACTLY_ONCE_V2, List.of(bad), origins, origins, origins, 0, 0, List.of());
        assertThat(lines(report)).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    }

    @Test
    void the_json_has_names_to_rely_on() {
        assertThat(report(EXACTLY_ONCE_V2, good(0)).json())
                .isEqualTo("{\"application\":\"orders-app\",\"guarantee\":\"exactly_once_v2\",\"conserved\":true,"
                        + "\"committed\":true,\"total\":{\"input\":1234567,\"processed\":1000000,\"dropped\":234567,"
                        + "\"deadLettered\":0,\"missing\":0,\"incomplete\":0,\"duplicated\":0,\"unexpected\":0,"
                        + "\"noLongerInInput\":0,\"newer\":0},\"partitions\":[{\"topic\":\"orders\",\"partition\":0,"
                        + "\"start\":0,\"committed\":1234567,\"input\":1234567,\"processed\":1000000,\"dropped\":234567,"
                        + "\"deadLettered\":0,\"missing\":0,\"incomplete\":0,\"duplicated\":0,\"unexpected\":0,"
                        + "\"noLongerInInput\":0,\"newer\":0,\"firstRecordAt\":\"2023-11-14T22:13:20.000Z\","
                        + "\"lastRecordAt\":\"2023-11-14T22:13:21.000Z\"}],\"firstMissing\":[],\"firstDuplicated\":[],"
                        + "\"firstUnexpected\":[],\"foreign\":0,\"notes\":[]}");
    }

    private static AuditReport report(Guarantee guarantee, PartitionAudit... partitions) {
        return new AuditReport(
                "orders-app", guarantee, List.of(partitions), List.of(), List.of(), List.of(), 0, 0, List.of());
    }

    private static PartitionAudit good(int number) {
        return new PartitionAudit(
                new PartitionId("orders", number),
                0,
                1_234_567,
                1_234_567,
                1_000_000,
                234_567,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                TIMES);
    }

    private static List<String> lines(AuditReport report) {
        return report.text().lines().toList();
    }
}
