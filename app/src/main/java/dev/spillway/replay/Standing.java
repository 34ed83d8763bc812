package dev.spillway.replay;

import dev.spillway.inspect.OffsetRange;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/**
 * How far a replay has come.
 *
 * @param bookmark what it is
 * @param selection what it chooses, in the bookmark's window
 * @param done of the source, what runs before have been through
 * @param ahead of the source, what is still to be read
 */
record Standing(
        Bookmark bookmark,
        Selection selection,
        Map<TopicPartition, OffsetRange> done,
        Map<TopicPartition, OffsetRange> ahead) {}
