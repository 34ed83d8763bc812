package dev.spillway.bench;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Offers an arm records at a fixed rate, after a warm-up at a rate that all arms can do, and sees how old their results are.
 *
 * @param warmUpPerSecond the warm-up's rate
 * @param perSecond the rate that counts
 * @param seconds how long it is offered
 * @param patience how long results are waited for afterwards; under an overload there is no end to that
 */
record OfferedLoad(double warmUpPerSecond, double perSecond, int seconds, Duration patience) {
    static final int PARTITIONS = 4;

    /** How often a result is looked for until the first one is there. */
    private static final long PROBE_MILLIS = 100;

    private static final int MOST_PROBES = 600;

    /** How long an arm that cannot do even the warm-up is waited for. */
    private static final Duration QUIET = Duration.ofSeconds(5);

    /**
     * What came of it.
     *
     * @param lateNanos how late the latest record was sent: the load's own fault, not the arm's
     */
    record Outcome(Ages ages, int offered, long lateNanos, Usage usage) {}

    /** A JVM that is new gets a longer warm-up than one that has been warm before. */
    Outcome offerTo(ArmSpec arm, Bench bench, ArmJvms jvms) throws Exception {
        return jvms.use(
                arm,
                process -> offerTo(
                        arm, bench, process, process.isFresh() ? bench.options().warmUp() : Bench.SETTLING));
    }

    private Outcome offerTo(ArmSpec arm, Bench bench, ArmProcess process, Duration warmUp) throws Exception {
        String output = bench.topics().createOutput(PARTITIONS);
        String input = output + "-input";
        bench.topics().create(input, PARTITIONS);
        AgeReader reader = new AgeReader();
        try (OpenLoop load = new OpenLoop(bench.bootstrapServers(), input)) {
            process.begin(arm, bench.settings(arm, input, output));
            reader.start(bench.bootstrapServers(), output, PARTITIONS);
            return offer(load, process, reader, warmUp);
        } finally {
            reader.end();
            bench.topics().deleteOutput(output);
            bench.topics().delete(input);
        }
    }

    private Outcome offer(OpenLoop load, ArmProcess process, AgeReader reader, Duration warmUp) throws Exception {
        int sent = awaitFirstResult(load, process, reader);
        ArrivalSchedule calm = ArrivalSchedule.lasting(System.nanoTime(), warmUpPerSecond, warmUp.toMillis() / 1e3);
        load.run(calm);
        sent += calm.count();
        awaitResults(process, reader, sent, QUIET);
        ArrivalSchedule schedule = ArrivalSchedule.lasting(System.nanoTime(), perSecond, seconds);
        Ages ages = new Ages(schedule.startNanos(), seconds + (int) patience.toSeconds());
        reader.noteIn(ages);
        long late = load.run(schedule);
        awaitResults(process, reader, sent + schedule.count(), patience);
        reader.end();
        return new Outcome(ages, schedule.count(), late, process.stop());
    }

    /** Returns how many records that took. */
    private static int awaitFirstResult(OpenLoop load, ArmProcess process, AgeReader reader) throws Exception {
        int probes = 0;
        while (reader.seen() == 0) {
            process.requireAlive();
            if (probes == MOST_PROBES) {
                throw new ArmFailedException("none of " + probes + " records has come through");
            }
            load.probe();
            probes++;
            TimeUnit.MILLISECONDS.sleep(PROBE_MILLIS);
        }
        return probes;
    }

    private static void awaitResults(ArmProcess process, AgeReader reader, long count, Duration patience)
            throws Exception {
        long end = System.nanoTime() + patience.toNanos();
        while (reader.seen() < count && System.nanoTime() < end) {
            process.requireAlive();
            TimeUnit.MILLISECONDS.sleep(PROBE_MILLIS);
        }
        process.requireAlive();
    }
}
