package dev.spillway.inspect;

import dev.spillway.config.Guarantee;
import dev.spillway.ledger.Origin;
import dev.spillway.ledger.PartitionId;
import java.util.List;

/**
 * What the audit found.
 *
 * @param application the consumer group
 * @param guarantee what was promised
 * @param partitions of the input, in order
 * @param firstMissing some origins without an outcome
 * @param firstDuplicated some origins with more than one
 * @param firstUnexpected some origins of outcomes that are not in the input
 * @param stray outcomes of partitions that the input topics do not have; unexpected, too
 * @param foreign records of the output topics that have nothing to do with the input topics
 * @param notes sentences that help to understand the numbers
 */
public record AuditReport(
        String application,
        Guarantee guarantee,
        List<PartitionAudit> partitions,
        List<Origin> firstMissing,
        List<Origin> firstDuplicated,
        List<Origin> firstUnexpected,
        long stray,
        long foreign,
        List<String> notes) {
    public AuditReport {
        partitions = List.copyOf(partitions);
        firstMissing = List.copyOf(firstMissing);
        firstDuplicated = List.copyOf(firstDuplicated);
        firstUnexpected = List.copyOf(firstUnexpected);
        notes = List.copyOf(notes);
    }

    /**
     * Whether every input record has exactly one outcome; under at least once, whether every input record has an outcome. In
     * both, nothing may claim to be the outcome of a record that never was.
     */
    public boolean isConserved() {
        PartitionAudit total = total();
        boolean repeats = total.duplicated() > 0 && guarantee == Guarantee.EXACTLY_ONCE_V2;
        return total.missing() == 0 && unexpected() == 0 && !repeats;
    }

    /** Whether the group has committed any offset: if not, there was nothing to audit. */
    public boolean isCommitted() {
        return partitions.stream().anyMatch(PartitionAudit::isCommitted);
    }

    /** All partitions together; its partition and offsets mean nothing. */
    public PartitionAudit total() {
        PartitionAudit none =
                new PartitionAudit(new PartitionId("total", 0), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, RecordTimes.NONE);
        return partitions.stream().reduce(none, PartitionAudit::plus);
    }

    /** Outcomes of what is not in the input. */
    public long unexpected() {
        return total().unexpected() + stray;
    }

    /** For people. */
    public String text() {
        return new AuditText(this).text();
    }

    /** One line for programs. */
    public String json() {
        return AuditJson.line(this);
    }
}
