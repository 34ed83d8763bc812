/**
 * What a worker does to a record. A worker takes a small batch from the queue; each record is given to the
 * {@link dev.spillway.processor.Processor}, within a time-out and again after a failure if that may help, and then goes to its
 * epoch's publisher as a result or as a dead letter. Where there are several stages, what one of them makes of it is queued for the next
 * one, and goes to the publisher after the last.
 */
@NullMarked
package dev.spillway.processor;

import org.jspecify.annotations.NullMarked;
