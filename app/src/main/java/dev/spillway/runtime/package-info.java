/**
 * The sidecar as a whole: it checks what it needs, assembles the parts, starts them, and ends them in a written order. A record
 * passes through what is assembled here, never through this package.
 */
@NullMarked
package dev.spillway.runtime;

import org.jspecify.annotations.NullMarked;
