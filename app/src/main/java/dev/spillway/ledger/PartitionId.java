package dev.spillway.ledger;

import java.util.Comparator;

/** The name of one input partition: the ledger's key, so that the books need no Kafka class. */
public record PartitionId(String topic, int number) implements Comparable<PartitionId> {
    private static final Comparator<PartitionId> BY_TOPIC_AND_NUMBER =
            Comparator.comparing(PartitionId::topic).thenComparingInt(PartitionId::number);

    @Override
    public int compareTo(PartitionId other) {
        return BY_TOPIC_AND_NUMBER.compare(this, other);
    }

    @Override
    public String toString() {
        return topic + "-" + number;
    }
}
