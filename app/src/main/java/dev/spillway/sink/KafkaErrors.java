package dev.spillway.sink;

import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/** What Kafka's exceptions mean for us. */
public final class KafkaErrors {
    private KafkaErrors() {}

    /** Whether the error lies in the one record that was sent, so that no other record will meet it. */
    public static boolean isAboutTheRecord(Throwable e) {
        return e instanceof RecordTooLargeException
                || e instanceof RecordBatchTooLargeException
                || e instanceof InvalidRecordException
                || e instanceof InvalidTimestampException;
    }

    /**
     * Whether a client could not be made because no name of a broker can be resolved. For Kafka's client that is a setting like any other;
     * but a name service can be away as a broker can, and with it.
     */
    public static boolean isUnresolvable(Throwable e) {
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t instanceof ConfigException
                    && String.valueOf(t.getMessage()).contains("No resolvable bootstrap urls")) {
                return true;
            }
        }
        return false;
    }

    /** Whether somebody has begun to use our transactional id, the broker included, which ends transactions that take too long. */
    static boolean isProducerFenced(Throwable e) {
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t instanceof ProducerFencedException) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether the same will be answered to every further try. That is not so of a fenced {@code group.instance.id}: it is what offsets are
     * answered that are sent in the name of an earlier membership, and that may be one of our own, which the consumer has just replaced by
     * joining again. Should another one have taken it over, the consumer learns it, too.
     */
    static boolean isFatal(Throwable e) {
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t instanceof ProducerFencedException
                    || t instanceof AuthorizationException
                    || t instanceof AuthenticationException
                    || t instanceof UnsupportedVersionException
                    || t instanceof InvalidTopicException) {
                return true;
            }
        }
        return false;
    }
}
