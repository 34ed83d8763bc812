package dev.spillway.sink;

import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * One result of a record, as its processor forwarded it.
 *
 * @param headers the processor's own, or null for those of the input
 */
@SuppressWarnings("ArrayRecordComponent") // passed on, never compared
public record Output(
        byte @Nullable [] key,
        byte @Nullable [] value,
        @Nullable Headers headers) {}
