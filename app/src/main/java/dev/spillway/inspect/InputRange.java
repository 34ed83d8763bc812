package dev.spillway.inspect;

/**
 * What of an input partition is audited.
 *
 * @param start the first offset that the partition still has
 * @param committed the offset that the group had committed when the audit began; what is below it must have an outcome. Or
 *     {@link #NOTHING}
 * @param committedLater the same a moment later, when what is read of the other topics was settled: what lies between may
 *     have an outcome
 * @param compacted whether compaction may have removed records in the middle
 */
record InputRange(long start, long committed, long committedLater, boolean compacted) {
    /** The group has not committed an offset of the partition. */
    static final long NOTHING = -1;

    OffsetRange range() {
        return new OffsetRange(start, committed);
    }
}
