/** The sidecar as a process beside a real cluster: ended, killed, fenced, rebalanced and overloaded, and audited afterwards. */
@NullMarked
package dev.spillway.runtime;

import org.jspecify.annotations.NullMarked;
