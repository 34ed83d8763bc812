/**
 * The pure mechanism between the consumer loop and the workers. A record is offered to the {@link dev.spillway.flow.ShedQueue},
 * where it is admitted, kept waiting or shed as its {@link dev.spillway.flow.ShedPolicy} says; a worker that a
 * {@link dev.spillway.flow.WorkerScope} forked takes it from there; a {@link dev.spillway.flow.CancellationToken} ends the work
 * when it must end.
 *
 * <p>The package knows neither Kafka nor metrics, and no clock but the {@link dev.spillway.flow.Time} that it is given.
 */
@NullMarked
package dev.spillway.flow;

import org.jspecify.annotations.NullMarked;
