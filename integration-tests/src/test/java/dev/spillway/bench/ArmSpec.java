package dev.spillway.bench;

import java.util.List;

/**
 * An arm of a benchmark.
 *
 * @param name what it is called in tables
 * @param type what its JVM does
 * @param settings what that is told, beside where the records are
 */
record ArmSpec(String name, Class<? extends Arm> type, ArmSettings settings) {
    static final ArmSpec PLAIN = new ArmSpec("plain loop", PlainLoop.class, ArmSettings.NONE);
    static final ArmSpec PLAIN_TRANSACTIONAL =
            new ArmSpec("plain loop, transactional", TransactionalLoop.class, ArmSettings.NONE);
    static final ArmSpec SPILLWAY_AT_LEAST_ONCE =
            new ArmSpec("Spillway, at least once", SpillwayArm.class, ArmSettings.NONE);
    static final ArmSpec SPILLWAY_EXACTLY_ONCE =
            new ArmSpec("Spillway, exactly once", SpillwayArm.class, exactlyOnce());
    static final ArmSpec STREAMS_AT_LEAST_ONCE =
            new ArmSpec("Kafka Streams, at least once", StreamsArm.class, ArmSettings.NONE);
    static final ArmSpec STREAMS_EXACTLY_ONCE =
            new ArmSpec("Kafka Streams, exactly once", StreamsArm.class, exactlyOnce());
    static final ArmSpec PARALLEL_CONSUMER_UNORDERED = new ArmSpec(
            "Parallel Consumer, unordered", ParallelConsumerArm.class, ArmSettings.NONE.with("ordering", "unordered"));
    static final ArmSpec PARALLEL_CONSUMER_BY_KEY = new ArmSpec(
            "Parallel Consumer, by key", ParallelConsumerArm.class, ArmSettings.NONE.with("ordering", "key"));
    static final ArmSpec SPRING_KAFKA = new ArmSpec("Spring Kafka, batches", SpringKafkaArm.class, ArmSettings.NONE);
    static final ArmSpec BARE_CONSUMER = new ArmSpec("bare consumer", BareConsumer.class, ArmSettings.NONE);

    /** What they cost more than the plain loop says what parts of Spillway's cost are not for it to save. */
    static final List<ArmSpec> EXPLAINING_LOOPS = List.of(
            new ArmSpec("plain loop, origins", PlainLoop.class, ArmSettings.NONE.with(PlainLoop.ORIGINS, true)),
            new ArmSpec("plain loop, origins, two threads", TwoThreadLoop.class, ArmSettings.NONE));

    static final List<ArmSpec> PLAIN_LOOPS = List.of(PLAIN, PLAIN_TRANSACTIONAL);
    static final List<ArmSpec> SPILLWAY = List.of(SPILLWAY_AT_LEAST_ONCE, SPILLWAY_EXACTLY_ONCE);
    static final List<ArmSpec> PARALLEL_CONSUMER = List.of(PARALLEL_CONSUMER_UNORDERED, PARALLEL_CONSUMER_BY_KEY);
    /** All that move records one after the other on each of their threads. */
    static final List<ArmSpec> THREADED_PEERS = List.of(STREAMS_AT_LEAST_ONCE, STREAMS_EXACTLY_ONCE, SPRING_KAFKA);

    ArmSpec with(String setting, Object value) {
        return new ArmSpec(name, type, settings.with(setting, value));
    }

    ArmSpec withThreads(int count) {
        return with("threads", count);
    }

    ArmSpec named(String other) {
        return new ArmSpec(other, type, settings);
    }

    boolean isSpillway() {
        return type == SpillwayArm.class;
    }

    /** With a setting that only the sidecar knows; other arms stay as they are. */
    ArmSpec withOwn(String setting, Object value) {
        return isSpillway() ? with(SpillwayArm.OWN + setting, value) : this;
    }

    private static ArmSettings exactlyOnce() {
        return ArmSettings.NONE.with("exactly.once", true);
    }
}
