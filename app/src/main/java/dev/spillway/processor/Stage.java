package dev.spillway.processor;

import dev.spillway.flow.ShedQueue;
import dev.spillway.sink.Delivery;
import org.jspecify.annotations.Nullable;

/**
 * One processor's place in the {@link StageChain}: the queue before it, and the workers that take from that.
 *
 * @param name null where there is only one
 */
public record Stage(@Nullable String name, ShedQueue<Delivery> queue, Workers workers) {}
