package dev.spillway.processor;

import dev.spillway.sink.DeadLetterCause;
import dev.spillway.sink.Delivery;
import dev.spillway.sink.Output;
import dev.spillway.sink.OutputTooLargeException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a record goes when a worker is done with it. One worker's own; others may ask {@link #isWaiting}. */
abstract class Outlet {
    private final @Nullable String stage;

    /**
     * The outlet of one stage.
     *
     * @param stage its name; null where there is only one
     */
    Outlet(@Nullable String stage) {
        this.stage = stage;
    }

    /**
     * Passes on what a processor made of a record.
     *
     * @param outputs what it forwarded; used again afterwards
     * @return whether the record's outcome is decided by that, and is to be published with others; otherwise nothing is left to do
     * @throws OutputTooLargeException when that cannot be: the record has failed for good
     * @throws InterruptedException when the work is cancelled
     */
    abstract boolean processed(Delivery delivery, List<Output> outputs)
            throws OutputTooLargeException, InterruptedException;

    /** Gives a record up. */
    final void deadLettered(Delivery delivery, DeadLetterCause cause, String reason, int attempts) {
        Delivery input = delivery.input();
        input.run().publisher().deadLettered(input, cause, reason, attempts, stage);
    }

    /** Gives a record up whose results Kafka has refused before: that is no stage's fault. */
    final void refused(Delivery delivery, String reason) {
        Delivery input = delivery.input();
        input.run().publisher().deadLettered(input, DeadLetterCause.REFUSED, reason, 1, null);
    }

    /** How long it has waited since it was last asked, in nanoseconds. The worker's own. */
    long takeWaitedNanos() {
        return 0;
    }

    /** Whether it waits at this moment: the worker is not busy then. Any thread. */
    boolean isWaiting() {
        return false;
    }
}
