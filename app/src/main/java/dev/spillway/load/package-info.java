/**
 * Test load. A {@link dev.spillway.load.Schedule} says when the next record is due, a {@link dev.spillway.load.RecordSource}
 * what it is, both from numbers alone; a {@link dev.spillway.load.Generator} hands it to Kafka's producer. The loop is open:
 * a slow cluster makes records late, never fewer, and the {@link dev.spillway.load.LoadReport} says how late.
 */
@NullMarked
package dev.spillway.load;

import org.jspecify.annotations.NullMarked;
