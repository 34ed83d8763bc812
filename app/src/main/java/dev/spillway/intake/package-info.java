/**
 * The consumer loop: the only thread that touches Kafka's consumer. It polls records, books each in the open epoch, offers it to
 * the queue and sends the tombstones of what the policy sheds; it holds the source back when the queue is full; it seals epochs,
 * and commits them when they are joined and balanced; and it gives partitions back when the group takes them away.
 *
 * <p>It never waits for a worker: while the queue is full it pauses the partitions and keeps polling.
 */
@NullMarked
package dev.spillway.intake;

import org.jspecify.annotations.NullMarked;
