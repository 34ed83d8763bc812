package dev.spillway;

import dev.spillway.demo.LocalKafka;
import org.testcontainers.kafka.KafkaContainer;

/**
 * A cluster that runs, whatever it runs on.
 *
 * @param client talks to it
 * @param stop ends it
 */
record SharedCluster(String bootstrapServers, ClusterClient client, Runnable stop) implements AutoCloseable {
    static SharedCluster of(LocalKafka kafka) {
        return of(kafka.bootstrapServers(), kafka::close);
    }

    static SharedCluster of(KafkaContainer container) {
        return of(container.getBootstrapServers(), container::stop);
    }

    private static SharedCluster of(String bootstrapServers, Runnable stop) {
        return new SharedCluster(bootstrapServers, new ClusterClient(bootstrapServers), stop);
    }

    @Override
    public void close() {
        client.close();
        stop.run();
    }
}
