package dev.spillway.sink;

import dev.spillway.ledger.Origin;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Records whose results Kafka refused, and with them, perhaps, a whole transaction or a batch that they shared with others. When such
 * a record comes again, after the abort, it becomes a dead letter instead of spoiling the next one. Any thread.
 */
public final class SpoiledOrigins {
    private static final int MOST = 100_000;

    private final Map<Origin, String> reasons = new ConcurrentHashMap<>();

    /**
     * Remembers one, at the moment when it is refused: what failed along with it may be polled again before anybody looks for causes.
     *
     * @throws SinkException when there are so many that something else must be wrong
     */
    void remember(Origin origin, Throwable cause) {
        if (reasons.size() >= MOST) {
            throw new SinkException(
                    "Kafka has refused the results of " + MOST + " records; check the settings of the output topic",
                    cause);
        }
        reasons.put(origin, cause.toString());
    }

    /** Why the record's results were refused, if they were. It is remembered on: until its epoch is committed it may come again. */
    public Optional<String> reasonFor(Delivery delivery) {
        return reasons.isEmpty() ? Optional.empty() : Optional.ofNullable(reasons.get(delivery.origin()));
    }
}
