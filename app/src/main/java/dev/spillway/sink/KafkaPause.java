package dev.spillway.sink;

import dev.spillway.flow.Signal;
import dev.spillway.flow.Time;
import java.time.Duration;
import org.apache.kafka.common.errors.InterruptException;

/** A pause between two questions to Kafka, in a thread that waits for its clients. */
public final class KafkaPause {
    private KafkaPause() {}

    /**
     * Waits for as long as that.
     *
     * @throws InterruptException when the thread is interrupted, as Kafka's clients do; its flag is set again then
     */
    public static void of(Duration pause, Time time) {
        try {
            new Signal(time).await(pause);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }
}
