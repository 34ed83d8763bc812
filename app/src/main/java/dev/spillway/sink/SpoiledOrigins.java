package dev.spillway.sink;

import dev.spillway.ledger.Origin;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Records whose results Kafka refused, and with them, perhaps, a whole transaction or a batch that they shared with others. When such
 * a record comes again, after the abort, it becomes a dead letter instead of spoiling the next one. What is committed cannot come
 * again, and is forgotten. Any thread.
 */
public final class SpoiledOrigins {
    private static final Logger LOG = LoggerFactory.getLogger(SpoiledOrigins.class);
    private static final int MOST = 100_000;

    private final Map<Origin, String> reasons = new ConcurrentHashMap<>();
    private final AtomicLong refusals = new AtomicLong();

    /**
     * Remembers one, at the moment when it is refused: what failed along with it may be polled again before anybody looks for causes.
     *
     * @throws SinkException when there are so many that something else must be wrong
     */
    void remember(Origin origin, Throwable cause) {
        if (reasons.size() >= MOST) {
            throw new SinkException(
                    "Kafka has refused the results of " + MOST
                            + " records that are not committed yet; check the settings of the output topic",
                    cause);
        }
        if (reasons.put(origin, cause.toString()) == null) {
            tell(origin, cause, refusals.incrementAndGet());
        }
    }

    /** The first, the tenth, the hundredth and so on: that it happens is worth a line, that it happened to a record is not. */
    private static void tell(Origin origin, Throwable cause, long refusals) {
        LOG.atLevel(isPowerOfTen(refusals) ? Level.WARN : Level.DEBUG)
                .log(
                        "Kafka refuses a result of {}, which becomes a dead letter instead: {} (refused so far: {})",
                        origin,
                        cause.getMessage(),
                        refusals);
    }

    private static boolean isPowerOfTen(long number) {
        long rest = number;
        while (rest > 1 && rest % 10 == 0) {
            rest /= 10;
        }
        return rest == 1;
    }

    /** Forgets what lies below offsets that are committed. */
    void forgetBelow(Map<TopicPartition, OffsetAndMetadata> committed) {
        if (!reasons.isEmpty()) {
            reasons.keySet().removeIf(origin -> {
                OffsetAndMetadata next = committed.get(new TopicPartition(origin.topic(), origin.partition()));
                return next != null && origin.offset() < next.offset();
            });
        }
    }

    /** Why the record's results were refused, if they were. It is remembered on: until its epoch is committed it may come again. */
    public Optional<String> reasonFor(Delivery delivery) {
        return reasons.isEmpty() ? Optional.empty() : Optional.ofNullable(reasons.get(delivery.origin()));
    }
}
