/**
 * What Spillway costs, beside what one would use instead: {@link dev.spillway.bench.BenchMain} starts a broker and runs benchmarks; a
 * benchmark lets its arms take turns; an {@link dev.spillway.bench.Arm} moves records in a JVM of its own, and what it moved is counted
 * and timed from outside, by what a reader of committed records can see.
 */
@NullMarked
package dev.spillway.bench;

import org.jspecify.annotations.NullMarked;
