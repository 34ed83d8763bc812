package dev.spillway.processor;

import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * A record as its processor sees it: bytes, as they came from Kafka. The arrays are not copies; do not write to them. Valid until {@link
 * Processor#process} returns: what is to outlive that has to be taken out of it before.
 */
public interface InputRecord {
    byte @Nullable [] key();

    byte @Nullable [] value();

    /** As they came. Do not change them: give {@link ProcessorContext#forward(byte[], byte[], Headers)} headers of its own. */
    Headers headers();

    String topic();

    int partition();

    long offset();

    /** The record's timestamp, in milliseconds since 1970. */
    long timestamp();

    /** 1 at first, one more with each retry. */
    int attempt();
}
