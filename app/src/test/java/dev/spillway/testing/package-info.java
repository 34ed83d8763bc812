/**
 * Tests for processors without a broker and without threads. {@link dev.spillway.testing.SpillwayTestDriver} runs a processor as a
 * sidecar would, in the test's own thread and by a clock that the test moves; it ships in the test-jar.
 */
@NullMarked
package dev.spillway.testing;

import org.jspecify.annotations.NullMarked;
