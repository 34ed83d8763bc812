package dev.spillway.ledger;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Neighbouring offsets of one partition: {@code topic-partition@first..last}, the value of the header {@code spillway.origins}.
 *
 * @param topic of the input
 * @param partition of the topic
 * @param first the first offset
 * @param last the last offset, not below the first
 */
public record OriginRange(String topic, int partition, long first, long last) {
    private static final Pattern FORM = Pattern.compile("(.+)-(\\d{1,9})(?:@(\\d{1,18})(?:\\.\\.(\\d{1,18}))?)?");

    /** A single origin. */
    public static OriginRange of(Origin origin) {
        return new OriginRange(origin.topic(), origin.partition(), origin.offset(), origin.offset());
    }

    /** Reads {@code orders-3}, {@code orders-3@17} or {@code orders-3@17..40}; empty when the text is something else. */
    public static Optional<OriginRange> parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            return Optional.empty();
        }
        long first = form.group(3) == null ? 0 : Long.parseLong(form.group(3));
        long last =
                form.group(3) == null ? Long.MAX_VALUE : form.group(4) == null ? first : Long.parseLong(form.group(4));
        return first > last
                ? Optional.empty()
                : Optional.of(new OriginRange(form.group(1), Integer.parseInt(form.group(2)), first, last));
    }

    /** How many offsets it has. */
    public long count() {
        return last - first + 1;
    }

    /** One of its origins, counted from 0. */
    public Origin get(long index) {
        return new Origin(topic, partition, first + index);
    }

    /** The partition that all of them are from. */
    public PartitionId partitionId() {
        return new PartitionId(topic, partition);
    }

    public boolean contains(Origin origin) {
        return origin.topic().equals(topic)
                && origin.partition() == partition
                && origin.offset() >= first
                && origin.offset() <= last;
    }

    /** As {@link #parse} reads it. */
    public String text() {
        return get(0) + (first == last ? "" : ".." + last);
    }
}
