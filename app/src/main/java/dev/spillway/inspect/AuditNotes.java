package dev.spillway.inspect;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/** What the audit tells of topics beside the counts: sentences that help to understand them. */
final class AuditNotes {
    private final Audit audit;

    AuditNotes(Audit audit) {
        this.audit = audit;
    }

    /** Offsets of the group that do not fit to the input. */
    void input(TopicPartition partition, long start, long committed, long end) {
        if (committed > end) {
            audit.note("the group's committed offset of " + partition + " is " + committed
                    + ", beyond the partition's end at " + end + ": the topic was created anew since");
        }
        if (committed != InputRange.NOTHING && committed < start) {
            audit.note("retention removed " + partition + " from offset " + committed + " to " + (start - 1)
                    + " before the group had committed it: nobody will process these records");
        }
    }

    /** The group's offset was set back by somebody. */
    void setBack(TopicPartition partition, long from, long to) {
        audit.note("the group's committed offset of " + partition + " went back from " + from + " to " + to
                + ": what is processed again has a second outcome");
    }

    /** Retention was faster than the audit. */
    void removedUnread(TopicPartition partition, long from, long start) {
        audit.note("retention removed " + partition + " from offset " + from + " to " + (start - 1)
                + " before the audit had read it: nothing is said about what was there");
    }

    /** What was processed without a result leaves no trace unless it is told to. */
    void noMarkers() {
        audit.note(
                "a record that was processed without a result leaves no trace: whether the missing ones are such cannot be"
                        + " known; with processed.topic set, each that is processed from then on leaves a marker");
    }

    /** An outcome that a topic has forgotten looks like one that never was. */
    void outputs(Collection<String> topics, Map<TopicPartition, Long> starts, Set<String> compacted) {
        for (String topic : topics) {
            boolean shortened = starts.entrySet().stream()
                    .anyMatch(start -> start.getKey().topic().equals(topic) && start.getValue() > 0);
            if (shortened) {
                audit.note(
                        topic + " no longer has its first records: outcomes among them count as missing while the input"
                                + " still has the records");
            }
            if (compacted.contains(topic)) {
                audit.note(topic + " is compacted: outcomes that compaction removed count as missing; set its"
                        + " cleanup.policy to delete");
            }
        }
    }
}
