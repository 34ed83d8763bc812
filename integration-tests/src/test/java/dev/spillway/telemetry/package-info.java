/** What an operator sees of a sidecar on a real cluster, in a real browser. */
@NullMarked
package dev.spillway.telemetry;

import org.jspecify.annotations.NullMarked;
