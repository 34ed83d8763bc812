package dev.spillway.processor;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What workers do, whether the processor takes records one by one or in batches, and when a batch closes. Owns the processor. Used by
 * all workers at once.
 */
public final class Work implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Work.class);

    private final BatchProcessor processor;
    private final Class<?> type;
    private final boolean isForBatches;
    private final int maxRecords;
    private final Duration linger;

    private Work(BatchProcessor processor, Class<?> type, boolean isForBatches, int maxRecords, Duration linger) {
        this.processor = processor;
        this.type = type;
        this.isForBatches = isForBatches;
        this.maxRecords = maxRecords;
        this.linger = linger;
    }

    /** One record at a time. */
    public static Work of(Processor processor) {
        return new Work(new OneByOne(processor), processor.getClass(), false, 1, Duration.ZERO);
    }

    /**
     * Batches.
     *
     * @param maxRecords how many records close a batch, at least 1
     * @param linger how long after its first record a batch closes at the latest
     */
    public static Work of(BatchProcessor processor, int maxRecords, Duration linger) {
        return new Work(processor, processor.getClass(), true, maxRecords, linger);
    }

    /** The processor's class. */
    Class<?> type() {
        return type;
    }

    /** Whether {@link #process} takes more than one entry. */
    boolean isForBatches() {
        return isForBatches;
    }

    int maxRecords() {
        return maxRecords;
    }

    Duration linger() {
        return linger;
    }

    void process(List<Entry> entries) throws Exception {
        processor.process(entries);
    }

    /** Closes the processor. When that fails, it costs nothing but a warning. */
    @Override
    public void close() {
        Optional<Throwable> failure = ContextClassLoader.with(type, this::closeProcessor);
        failure.ifPresent(
                e -> LOG.warn("the processor {} failed when it was closed: {}", type.getName(), e.toString()));
    }

    @SuppressWarnings("CatchingThrowable") // it is somebody's plug-in
    private Optional<Throwable> closeProcessor() {
        try {
            processor.close();
            return Optional.empty();
        } catch (Throwable e) {
            return Optional.of(e);
        }
    }

    private static final class OneByOne implements BatchProcessor {
        private final Processor processor;

        OneByOne(Processor processor) {
            this.processor = processor;
        }

        @Override
        public void process(List<? extends BatchEntry> batch) throws Exception {
            BatchEntry only = batch.get(0);
            processor.process(only.record(), only.context());
        }

        @Override
        public void close() {
            processor.close();
        }
    }
}
