/** The Kafka cluster that the integration tests share, and what tests do to it. */
@NullMarked
package dev.spillway;

import org.jspecify.annotations.NullMarked;
