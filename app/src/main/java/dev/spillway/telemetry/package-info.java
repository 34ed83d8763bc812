/**
 * What an operator sees of a running sidecar: metrics, health, the live page and the watermark alarm, all of it read off one {@link
 * dev.spillway.telemetry.Picture}. No record passes here.
 */
@NullMarked
package dev.spillway.telemetry;

import org.jspecify.annotations.NullMarked;
