package dev.spillway.inspect;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** Moments as text of equal length, in UTC. */
final class Moment {
    private static final DateTimeFormatter MILLIS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter SECOND =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss'Z'").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter MINUTE =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm'Z'").withZone(ZoneOffset.UTC);

    private static final Instant YEAR_0 = Instant.parse("0000-01-01T00:00:00Z");
    private static final Instant YEAR_10000 = Instant.parse("9999-12-31T23:59:59Z");

    private Moment() {}

    static String text(Instant instant) {
        return MILLIS.format(instant);
    }

    static String second(Instant instant) {
        return SECOND.format(instant);
    }

    static String minute(Instant instant) {
        return MINUTE.format(instant);
    }

    /** Anybody can write a header that says the year 1,000,000,000. */
    static boolean isSane(Instant instant) {
        return instant.isAfter(YEAR_0) && instant.isBefore(YEAR_10000);
    }
}
