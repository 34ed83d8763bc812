/**
 * What must balance. A record enters an epoch's books here when it is polled, and once more when its one final outcome is
 * settled; an epoch may commit only when both sides agree for every partition, by count and by fingerprint.
 *
 * <p>The package is pure: it knows neither Kafka nor metrics nor a clock, so that it can be read, tested and model-checked
 * alone.
 */
@NullMarked
package dev.spillway.ledger;

import org.jspecify.annotations.NullMarked;
