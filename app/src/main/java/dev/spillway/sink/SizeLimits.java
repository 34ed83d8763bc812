package dev.spillway.sink;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.utils.ByteUtils;
import org.jspecify.annotations.Nullable;

/**
 * How large an output may be, checked before it is sent: a refused send spoils the whole transaction. Sizes are those of a batch
 * that holds the one record, without compression, as the producer itself estimates them. Immutable.
 */
public final class SizeLimits {
    private static final int BATCH_OVERHEAD = 61;
    private static final int RECORD_OVERHEAD = 21;
    private static final int MOST_VARINT = 5;
    private static final int MOST_UTF8 = 3;

    private final int maxRequestSize;
    private final Map<String, Integer> maxMessageBytes;

    /**
     * Knows the limits.
     *
     * @param maxRequestSize the producer's own limit, in bytes
     * @param maxMessageBytes the limit of each topic that has a known one, in bytes
     */
    public SizeLimits(int maxRequestSize, Map<String, Integer> maxMessageBytes) {
        this.maxRequestSize = maxRequestSize;
        this.maxMessageBytes = Map.copyOf(maxMessageBytes);
    }

    /**
     * Whether an output can be written.
     *
     * @param limit its topic's, in bytes
     */
    boolean allow(ProducerRecord<byte @Nullable [], byte @Nullable []> record, int limit) {
        return roughSizeOf(record) <= limit || sizeOf(record) <= limit;
    }

    /**
     * Requires that a result can be written.
     *
     * @param limit its topic's, in bytes
     */
    void require(ProducerRecord<byte @Nullable [], byte @Nullable []> record, int limit)
            throws OutputTooLargeException {
        if (!allow(record, limit)) {
            throw new OutputTooLargeException("the result has " + sizeOf(record) + " bytes, and " + record.topic()
                    + " takes " + limit
                    + " (the smaller of producer.max.request.size and the topic's max.message.bytes)");
        }
    }

    /** How large an output for the topic may be, in bytes. */
    int limitOf(String topic) {
        return Math.min(maxRequestSize, maxMessageBytes.getOrDefault(topic, Integer.MAX_VALUE));
    }

    /** An upper bound that needs no encoding: what nearly all records pass. */
    private static long roughSizeOf(ProducerRecord<byte @Nullable [], byte @Nullable []> record) {
        long size = BATCH_OVERHEAD
                + RECORD_OVERHEAD
                + MOST_VARINT
                + roughSizeOf(record.key())
                + roughSizeOf(record.value());
        for (Header header : record.headers()) {
            size += MOST_VARINT + MOST_UTF8 * header.key().length() + roughSizeOf(header.value());
        }
        return size;
    }

    private static long roughSizeOf(byte @Nullable [] bytes) {
        return MOST_VARINT + (bytes == null ? 0L : bytes.length);
    }

    private static long sizeOf(ProducerRecord<byte @Nullable [], byte @Nullable []> record) {
        long size = BATCH_OVERHEAD + RECORD_OVERHEAD + sizeOf(record.key()) + sizeOf(record.value());
        int headers = 0;
        for (Header header : record.headers()) {
            headers++;
            byte[] name = header.key().getBytes(StandardCharsets.UTF_8);
            size += sizeOf(name) + sizeOf(header.value());
        }
        return size + ByteUtils.sizeOfVarint(headers);
    }

    private static long sizeOf(byte @Nullable [] bytes) {
        return bytes == null ? 1 : ByteUtils.sizeOfVarint(bytes.length) + (long) bytes.length;
    }
}
