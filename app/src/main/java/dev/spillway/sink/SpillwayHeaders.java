package dev.spillway.sink;

/** Names of the headers on what Spillway writes. Values are UTF-8 text. They are a promise to those who read the topics. */
public final class SpillwayHeaders {
    /** What all of them begin with. */
    public static final String PREFIX = "spillway.";

    /** On all outputs of one record: {@code topic-partition@offset} of the input record. */
    public static final String ORIGIN = "spillway.origin";

    /** On tombstones of several records, instead of that: {@code topic-partition@first..last}. */
    public static final String ORIGINS = "spillway.origins";

    /** On tombstones and dead letters: {@code DROPPED} or {@code DEAD_LETTERED}. */
    public static final String OUTCOME = "spillway.outcome";

    /** On tombstones a {@link dev.spillway.flow.ShedReason}; on dead letters the exception's class and message. */
    public static final String REASON = "spillway.reason";

    /** On dead letters: how often processing was tried. */
    public static final String ATTEMPTS = "spillway.attempts";

    /** On tombstones and dead letters: the ISO-8601 instant of the decision. */
    public static final String AT = "spillway.at";

    /** On results: {@code i/n}, counted from 1, where one record gave n > 1 results. */
    public static final String PART = "spillway.part";

    /** On tombstones and dead letters of a configuration with several stages: the stage that decided. */
    public static final String STAGE = "spillway.stage";

    /** On dead letters that had to leave parts of their record behind: which, as {@code headers, value, key}. */
    public static final String OMITTED = "spillway.omitted";

    /** On records that were put back, and on all outputs of theirs: the origin of the first life. */
    public static final String REPLAYED = "spillway.replayed";

    private SpillwayHeaders() {}
}
