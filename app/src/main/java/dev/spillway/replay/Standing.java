package dev.spillway.replay;

import dev.spillway.inspect.OffsetRange;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * How far a replay has come.
 *
 * @param bookmark what it is
 * @param selection what it chooses, in the bookmark's window
 * @param done of the source, what runs before have been through
 * @param ahead of the source, what is still to be read
 * @param within of how many records of the first tombstone ahead that is true already; such a tombstone is part of both
 */
record Standing(
        Bookmark bookmark,
        Selection selection,
        Map<TopicPartition, OffsetRange> done,
        Map<TopicPartition, OffsetRange> ahead,
        Map<TopicPartition, Long> within) {

    /** Where a partition goes on. */
    Place place(TopicPartition partition) {
        OffsetRange range = ahead.getOrDefault(partition, new OffsetRange(0, 0));
        return new Place(range.from(), within.getOrDefault(partition, 0L));
    }

    /** Of how many records of a tombstone runs before have been through, if not through all or none. */
    long within(ConsumerRecord<?, ?> letter) {
        Place place = place(new TopicPartition(letter.topic(), letter.partition()));
        return letter.offset() == place.offset() ? place.within() : 0;
    }
}
