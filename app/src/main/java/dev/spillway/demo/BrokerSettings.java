package dev.spillway.demo;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What all nodes of a cluster have in common, as its user chose it.
 *
 * @param home the directory with the broker's jars
 * @param jvmFlags for the JVM of each node, heap size included
 * @param properties broker properties that complete or replace the defaults
 * @param startTimeout how long a start may take until the cluster answers
 * @param relayPorts by node id, the port of the relay that stands before the node; null without relays
 */
record BrokerSettings(
        Path home,
        List<String> jvmFlags,
        Map<String, String> properties,
        Duration startTimeout,
        @Nullable IntUnaryOperator relayPorts) {
    BrokerSettings {
        jvmFlags = List.copyOf(jvmFlags);
        properties = Map.copyOf(properties);
    }
}
