package dev.spillway.inspect;

import java.time.Instant;

/** Where reading begins. */
public sealed interface ReadStart {
    /** At the first record that the topic still has. */
    record Beginning() implements ReadStart {}

    /** After what is there now. */
    record Latest() implements ReadStart {}

    /** At the first record that was written at that time or later. */
    record Since(Instant instant) implements ReadStart {}
}
