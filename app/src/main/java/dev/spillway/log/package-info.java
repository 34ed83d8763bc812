/**
 * Where the program's log lines go: stderr, as text or as JSON. A provider for slf4j that does what one process beside a container's
 * log collector needs and no more. It can change levels and form while the program runs, escapes what could move a cursor or forge a
 * line, and goes on while the JVM shuts down, which is when a drain has something to say: {@code java.util.logging} takes its handlers
 * away in a shutdown hook of its own.
 */
@NullMarked
package dev.spillway.log;

import org.jspecify.annotations.NullMarked;
