/**
 * A deterministic search: whole sidecars run in one thread over a fake broker, a seed decides what happens next, and everything that
 * must hold is checked after each step and again at the end.
 *
 * <p>{@link dev.spillway.simulation.Simulation} is one run; {@link dev.spillway.simulation.Instance} one sidecar in it; {@link
 * dev.spillway.simulation.FakeBroker} and the clients over it stand for Kafka; {@link dev.spillway.simulation.Oracle} knows what must
 * hold; {@link dev.spillway.simulation.Plant} puts bugs in, to show that they are found.
 */
@NullMarked
package dev.spillway.simulation;

import org.jspecify.annotations.NullMarked;
