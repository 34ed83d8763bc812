package dev.spillway.ledger;

import java.util.Optional;

/**
 * Where a record came from: {@code topic-partition@offset}, the value of the header {@code spillway.origin}.
 *
 * @param topic the input topic; it may itself contain hyphens
 * @param partition the partition, at least 0
 * @param offset the offset, at least 0
 */
public record Origin(String topic, int partition, long offset) {

    /**
     * Reads the text form, exactly as {@link #toString} writes it.
     *
     * @return the origin, or empty when the text is none: a header can be written by anybody
     */
    public static Optional<Origin> parse(String text) {
        int at = text.lastIndexOf('@');
        int hyphen = text.lastIndexOf('-', at);
        if (hyphen <= 0 || at < 0) {
            return Optional.empty();
        }
        try {
            int partition = Integer.parseUnsignedInt(text, hyphen + 1, at, 10);
            long offset = Long.parseUnsignedLong(text, at + 1, text.length(), 10);
            var origin = new Origin(text.substring(0, hyphen), partition, offset);
            return origin.toString().equals(text) ? Optional.of(origin) : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** The partition that the record came from. */
    public PartitionId partitionId() {
        return new PartitionId(topic, partition);
    }

    @Override
    public String toString() {
        return topic + "-" + partition + "@" + offset;
    }
}
