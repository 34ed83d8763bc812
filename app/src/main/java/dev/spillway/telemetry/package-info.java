/** What an operator sees of a running sidecar: whether it lives and whether it is ready. No record passes here. */
@NullMarked
package dev.spillway.telemetry;

import org.jspecify.annotations.NullMarked;
