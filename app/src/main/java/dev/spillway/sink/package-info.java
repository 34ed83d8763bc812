/**
 * What leaves: results, tombstones and dead letters. A record's outcome is sent through the publisher of its own epoch and
 * settled in that epoch's ledger. Only this package sees Kafka's producer, and one class owns each transaction and translates
 * Kafka's exceptions into the few meanings that the program acts on.
 */
@NullMarked
package dev.spillway.sink;

import org.jspecify.annotations.NullMarked;
