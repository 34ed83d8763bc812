package dev.spillway.processor;

import dev.spillway.config.SpillwayConfig;
import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.ShedQueue;
import dev.spillway.flow.TakeResult;
import dev.spillway.flow.Time;
import dev.spillway.sink.Delivery;
import dev.spillway.sink.SpoiledOrigins;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A worker without a thread: whoever calls {@link #step} is its thread. It does to a record all that any worker does; what it computes in
 * the pool for that, it computes in the same thread.
 */
public final class SteppedWorker implements AutoCloseable {
    private final ShedQueue<Delivery> queue;
    private final Work work;
    private final Time time;
    private final CpuPool cpuPool = new CpuPool(new CallersThread());
    private final StageChain stages;
    private final List<Delivery> batch = new ArrayList<>();
    private long batchBegunAt;

    /**
     * Makes and configures the processor.
     *
     * @param processor a {@link Processor} or a {@link BatchProcessor}
     * @param config of a sidecar with one stage
     * @param jitter draws how long retries wait
     * @throws dev.spillway.config.InvalidConfigException when it is neither, or cannot be configured
     */
    public SteppedWorker(
            Object processor, SpillwayConfig config, SpoiledOrigins spoiled, Time time, RandomGenerator jitter) {
        this.work = Processors.configured(processor, config);
        this.time = time;
        this.stages = StageChain.of(config.stages(), List.of(work), config.ordering(), cpuPool, spoiled, time, jitter);
        this.queue = stages.firstQueue();
    }

    /** The only stage, in which it works: what the consumer loop fills and watches. */
    public StageChain stages() {
        return stages;
    }

    /** How many records it has taken for a batch that has not closed yet. */
    public int inHand() {
        return batch.size();
    }

    /**
     * Takes what it may take now, one record or what fits into the batch, and processes it once the batch has closed.
     *
     * @return whether it has processed anything
     * @throws InterruptedException when the work is cancelled
     */
    public boolean step(CancellationToken token) throws InterruptedException {
        take();
        if (batch.isEmpty() || !isClosed()) {
            return false;
        }
        List<Delivery> closed = List.copyOf(batch);
        batch.clear();
        stages.stages().get(0).workers().workOn(closed, token);
        return true;
    }

    private void take() {
        while (batch.size() < work.maxRecords() && queue.tryTake() instanceof TakeResult.Taken<Delivery> taken) {
            if (batch.isEmpty()) {
                batchBegunAt = time.nanoTime();
            }
            batch.add(taken.item());
        }
    }

    /** As {@link ShedQueue#takeBatch} closes it, which would wait for that. */
    private boolean isClosed() {
        return batch.size() == work.maxRecords()
                || time.nanoTime() - batchBegunAt >= work.linger().toNanos();
    }

    /** Closes the processor. */
    @Override
    public void close() {
        work.close();
        cpuPool.close();
    }
}
