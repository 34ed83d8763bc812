package dev.spillway.processor;

import dev.spillway.config.RetryConfig;
import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.ShedQueue;
import dev.spillway.flow.Time;
import dev.spillway.flow.WorkerScope;
import dev.spillway.sink.Delivery;
import dev.spillway.sink.SpoiledOrigins;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The workers of a sidecar: all take from one queue and do the same work. Made and forked by the runtime; watched by the consumer loop,
 * which interrupts attempts that take too long.
 */
public final class Workers {
    private final List<Worker> workers;
    private final ServiceTime serviceTime = new ServiceTime();
    private final Downstream downstream = new Downstream();
    private final Time time;

    public Workers(
            int count,
            ShedQueue<Delivery> queue,
            Work work,
            CpuPool cpuPool,
            RetryConfig retry,
            SpoiledOrigins spoiled,
            Time time,
            RandomGenerator jitter) {
        this.time = time;
        List<Worker> made = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            RecordHandler handler = new RecordHandler(work, queue, cpuPool, retry, spoiled, downstream, jitter);
            made.add(new Worker(queue, work, handler, serviceTime, time));
        }
        this.workers = List.copyOf(made);
    }

    /** Starts them in the scope, as {@code spillway-worker-0} and so on. */
    public void forkIn(WorkerScope scope) {
        for (int i = 0; i < workers.size(); i++) {
            scope.fork("spillway-worker-" + i, workers.get(i));
        }
    }

    /** Interrupts attempts that have taken longer than {@code processing.timeout.ms}. Called by one thread, again and again. */
    public void interruptOverdue() {
        long now = time.nanoTime();
        for (int i = 0; i < workers.size(); i++) {
            workers.get(i).interruptIfOverdue(now);
        }
    }

    /** How many there are. */
    public int count() {
        return workers.size();
    }

    /** What they have spent their time on. */
    public ServiceTime serviceTime() {
        return serviceTime;
    }

    /** How their attempts ended. */
    public Downstream downstream() {
        return downstream;
    }

    /** One worker: takes a batch, makes an attempt at each record of it. */
    private static final class Worker implements WorkerScope.Work {
        private final ShedQueue<Delivery> queue;
        private final Work work;
        private final RecordHandler handler;
        private final ServiceTime serviceTime;
        private final Time time;
        private final BatchSize batchSize = new BatchSize();

        Worker(ShedQueue<Delivery> queue, Work work, RecordHandler handler, ServiceTime serviceTime, Time time) {
            this.queue = queue;
            this.work = work;
            this.handler = handler;
            this.serviceTime = serviceTime;
            this.time = time;
        }

        /** Ends when the queue is closed and drained, or by the interrupt that follows a cancellation. */
        @Override
        public void run(CancellationToken token) throws InterruptedException {
            List<Delivery> batch = new ArrayList<>();
            while (takeNext(batch)) {
                long start = time.nanoTime();
                handler.handle(batch, token);
                long busy = time.nanoTime() - start;
                batchSize.observe(batch.size(), busy);
                serviceTime.add(batch.size(), busy);
                batch.clear();
            }
        }

        private boolean takeNext(List<Delivery> batch) throws InterruptedException {
            return work.isForBatches()
                    ? queue.takeBatch(batch, work.maxRecords(), work.linger())
                    : queue.takeBatch(batch, batchSize.next());
        }

        void interruptIfOverdue(long now) {
            handler.interruptIfOverdue(now);
        }
    }
}
