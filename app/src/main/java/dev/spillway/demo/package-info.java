/**
 * The demo, and the real Kafka broker that it starts and stops by itself.
 *
 * <p>{@link dev.spillway.demo.LocalKafka} is the cluster as its users see it. It owns a {@code BrokerNode} or three, each of which
 * is one broker with its directory and its child JVM; in that JVM {@code BrokerMain} runs Kafka's own main method. The
 * broker's jars are on the child's class path only. Integration tests and benchmarks use the same broker.
 *
 * <p>{@link dev.spillway.demo.LocalService} is a service in another child JVM, which takes records over HTTP and knows nothing of Kafka.
 */
@NullMarked
package dev.spillway.demo;

import org.jspecify.annotations.NullMarked;
