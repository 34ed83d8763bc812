package dev.spillway.sink;

import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.jspecify.annotations.Nullable;

/** Tells one whose producer is fenced who it was: another one under our name, or the broker, which ends transactions that take too long. */
@FunctionalInterface
public interface TakeOver {
    /**
     * Whether another one is in the group under our name. Blocks, and may do so while our consumer joins anew.
     *
     * @param member who we are in the group as far as we know, which may change meanwhile; null before the group has taken us in
     * @param goOn asked now and then; there is no more waiting when that says no
     * @throws org.apache.kafka.common.KafkaException when there is no answer, or a refusal
     */
    boolean hasHappened(Supplier<@Nullable ConsumerGroupMetadata> member, BooleanSupplier goOn);
}
