package dev.spillway.intake;

import dev.spillway.ledger.Epoch;
import dev.spillway.sink.Publisher;
import java.util.List;

/**
 * Lets tests of other packages look into the books of an epoch that is not committed yet.
 *
 * @param publisher by which its records are known
 * @param outstanding how many of its records have no outcome, by its ledger; negative where more was settled than consumed
 */
public record EpochBooks(long number, Epoch.State state, Publisher publisher, long outstanding) {
    /** One for each, oldest first. */
    public static List<EpochBooks> of(ConsumerLoop loop) {
        return loop.epochs().live().map(EpochBooks::of).toList();
    }

    private static EpochBooks of(LiveEpoch live) {
        Epoch epoch = live.epoch();
        return new EpochBooks(
                epoch.number(),
                epoch.state(),
                live.publisher(),
                epoch.ledger().consumed() - epoch.ledger().settled());
    }
}
