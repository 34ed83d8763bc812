package dev.spillway.sink;

/** Names of the headers on what Spillway writes. Values are UTF-8 text. They are a promise to those who read the topics. */
public final class SpillwayHeaders {
    /** What all of them begin with. */
    static final String PREFIX = "spillway.";

    /** On all outputs: {@code topic-partition@offset} of the input record. */
    public static final String ORIGIN = "spillway.origin";

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

    /** On tombstones and dead letters, where there are several stages: the one that shed or failed. */
    public static final String STAGE = "spillway.stage";

    private SpillwayHeaders() {}
}
