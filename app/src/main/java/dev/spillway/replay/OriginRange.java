package dev.spillway.replay;

import dev.spillway.ledger.Origin;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Origins to choose.
 *
 * @param topic of the input
 * @param partition of the topic
 * @param first the first offset
 * @param last the last offset
 */
public record OriginRange(String topic, int partition, long first, long last) {
    private static final Pattern FORM = Pattern.compile("(.+)-(\\d{1,9})(?:@(\\d{1,18})(?:\\.\\.(\\d{1,18}))?)?");

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

    boolean contains(Origin origin) {
        return origin.topic().equals(topic)
                && origin.partition() == partition
                && origin.offset() >= first
                && origin.offset() <= last;
    }
}
