package dev.spillway.replay;

import dev.spillway.ledger.Origin;
import dev.spillway.sink.SpillwayHeaders;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * A record in its new life: key, value and headers as they were. Headers of ours speak of the life before and stay behind; one
 * names its origin, and keeps naming the first if the record is put back again. No timestamp: it is written now, and readers of
 * the input find it by that.
 */
final class ReplayedRecord {
    private ReplayedRecord() {}

    /**
     * Makes it.
     *
     * @param bytes the dead letter that carries the record, or the record in the input topic
     * @param target where it goes; in its own topic it keeps its partition, elsewhere the partitioner decides by the key
     */
    static ProducerRecord<byte @Nullable [], byte @Nullable []> of(
            Origin origin, ConsumerRecord<byte @Nullable [], byte @Nullable []> bytes, String target) {
        Integer partition = target.equals(origin.topic()) ? origin.partition() : null;
        ProducerRecord<byte @Nullable [], byte @Nullable []> record =
                new ProducerRecord<>(target, partition, bytes.key(), bytes.value());
        Header first = bytes.headers().lastHeader(SpillwayHeaders.REPLAYED);
        for (Header header : bytes.headers()) {
            if (!header.key().startsWith(SpillwayHeaders.PREFIX)) {
                record.headers().add(header);
            }
        }
        if (first != null) {
            record.headers().add(first);
        } else {
            record.headers().add(SpillwayHeaders.REPLAYED, origin.toString().getBytes(StandardCharsets.UTF_8));
        }
        return record;
    }
}
