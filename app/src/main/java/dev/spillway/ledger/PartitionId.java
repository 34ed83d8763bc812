package dev.spillway.ledger;

/** The name of one input partition: the ledger's key, so that the books need no Kafka class. */
public record PartitionId(String topic, int number) implements Comparable<PartitionId> {
    @Override
    public int compareTo(PartitionId other) {
        int byTopic = topic.compareTo(other.topic);
        return byTopic != 0 ? byTopic : Integer.compare(number, other.number);
    }

    @Override
    public String toString() {
        return topic + "-" + number;
    }
}
