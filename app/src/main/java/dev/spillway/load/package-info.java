/**
 * Test load. A {@link dev.spillway.load.Schedule} says when the next record is due, a {@link dev.spillway.load.RecordSource}
 * what it is, both from numbers alone; the threads of a {@link dev.spillway.load.Generator} deal the records out among themselves and
 * hand them to Kafka's producer. The loop is open: a slow cluster makes records late, never fewer. The
 * {@link dev.spillway.load.LoadReport} says how late, and how long after its due time each was acknowledged.
 */
@NullMarked
package dev.spillway.load;

import org.jspecify.annotations.NullMarked;
