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
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The workers of a sidecar: all take from one queue and do the same work. Made and forked by the runtime; watched by the consumer loop,
 * which interrupts attempts that take too long.
 */
public final class Workers {
    private final String name;
    private final List<Worker> workers;
    private final ShedQueue<Delivery> queue;
    private final @Nullable ConcurrencyLimit limit;
    private final ServiceTime serviceTime = new ServiceTime();
    private final Downstream downstream = new Downstream();
    private final Time time;

    /** What ends between two looks at it may be missed by both; a sum of times must not shrink for that. */
    private final AtomicLong mostBusyNanos = new AtomicLong();

    /** The workers of a sidecar with one stage, all of which may work at once. */
    public Workers(
            int count,
            ShedQueue<Delivery> queue,
            Work work,
            CpuPool cpuPool,
            RetryConfig retry,
            SpoiledOrigins spoiled,
            Time time,
            RandomGenerator jitter) {
        this(
                null,
                count,
                queue,
                work,
                retry,
                new Shared(cpuPool, spoiled, time, jitter),
                () -> new ResultOutlet(null),
                null);
    }

    /** What the workers of all stages share. */
    record Shared(CpuPool cpuPool, SpoiledOrigins spoiled, Time time, RandomGenerator jitter) {}

    /**
     * The workers of a stage.
     *
     * @param stage its name; null where there is only one
     * @param outlets makes each worker's
     * @param limit how many may work at once; null for all
     */
    Workers(
            @Nullable String stage,
            int count,
            ShedQueue<Delivery> queue,
            Work work,
            RetryConfig retry,
            Shared shared,
            Supplier<Outlet> outlets,
            @Nullable ConcurrencyLimit limit) {
        this.name = stage == null ? "spillway-worker-" : "spillway-" + stage + "-";
        this.time = shared.time();
        this.queue = queue;
        this.limit = limit;
        List<Worker> made = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            Outlet outlet = outlets.get();
            RecordHandler handler = new RecordHandler(work, queue, outlet, retry, downstream, shared);
            made.add(new Worker(queue, work, handler, outlet, serviceTime, limit, time));
        }
        this.workers = List.copyOf(made);
    }

    /** Starts them in the scope, as {@code spillway-worker-0} and so on; where there are several stages, with the stage's name. */
    public void forkIn(WorkerScope scope) {
        for (int i = 0; i < workers.size(); i++) {
            scope.fork(nameOf(i), workers.get(i));
        }
    }

    /**
     * Lets the first of them do what was taken from the queue, in the calling thread: for those who run workers without threads.
     *
     * @throws InterruptedException when the work is cancelled; what is not settled then stays so
     */
    void workOn(List<Delivery> batch, CancellationToken token) throws InterruptedException {
        workers.get(0).workOn(batch, token);
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

    /** How many of them may work at once at the moment. Any thread. */
    public int concurrencyLimit() {
        return limit == null ? workers.size() : limit.limit();
    }

    /** What they have spent their time on. */
    public ServiceTime serviceTime() {
        return serviceTime;
    }

    /** How their attempts ended. */
    public Downstream downstream() {
        return downstream;
    }

    /** What they are doing. Any thread. */
    public WorkersStatus status() {
        long now = time.nanoTime();
        long busy = serviceTime.nanos();
        long retried = 0;
        Parked parked = new Parked(now);
        queue.forEachParked(parked);
        List<WorkersStatus.WorkerStatus> each = new ArrayList<>(workers.size());
        for (int i = 0; i < workers.size(); i++) {
            Worker worker = workers.get(i);
            WorkersStatus.InHand inHand = worker.inHand(now);
            busy += inHand == null ? 0 : inHand.heldNanos();
            retried += worker.handler.retried();
            each.add(new WorkersStatus.WorkerStatus(nameOf(i), worker.thread, inHand));
        }
        return new WorkersStatus(
                mostBusyNanos.accumulateAndGet(busy, Math::max),
                retried,
                parked.count,
                parked.oldest,
                serviceTime.processing(),
                serviceTime.queued(),
                each);
    }

    /** Looks for the record that has waited longest among those that are parked. */
    private static final class Parked implements Consumer<Delivery> {
        private final long now;
        private int count;
        private WorkersStatus.@Nullable InHand oldest;

        Parked(long now) {
            this.now = now;
        }

        @Override
        public void accept(Delivery delivery) {
            count++;
            long held = Math.max(0, now - delivery.queuedAtNanos());
            if (oldest == null || held > oldest.heldNanos()) {
                oldest = new WorkersStatus.InHand(
                        delivery.origin(), delivery.record().timestamp(), held, held);
            }
        }
    }

    private String nameOf(int index) {
        return name + index;
    }

    /** One worker: takes a batch, makes an attempt at each record of it. */
    private static final class Worker implements WorkerScope.Work {
        /** Not busy; no clock shows it. */
        private static final long IDLE = Long.MIN_VALUE;

        private final ShedQueue<Delivery> queue;
        private final Work work;
        private final RecordHandler handler;
        private final Outlet outlet;
        private final ServiceTime serviceTime;
        private final @Nullable ConcurrencyLimit limit;
        private final Time time;
        private final BatchSize batchSize = new BatchSize();
        private volatile @Nullable Thread thread;
        private volatile long busySinceNanos = IDLE;

        Worker(
                ShedQueue<Delivery> queue,
                Work work,
                RecordHandler handler,
                Outlet outlet,
                ServiceTime serviceTime,
                @Nullable ConcurrencyLimit limit,
                Time time) {
            this.queue = queue;
            this.work = work;
            this.handler = handler;
            this.outlet = outlet;
            this.serviceTime = serviceTime;
            this.limit = limit;
            this.time = time;
        }

        /** Ends when the queue is closed and drained, or by the interrupt that follows a cancellation. */
        @Override
        public void run(CancellationToken token) throws InterruptedException {
            thread = Thread.currentThread();
            thread.setContextClassLoader(work.type().getClassLoader());
            List<Delivery> batch = new ArrayList<>();
            if (limit == null) {
                while (workOnNext(batch, token)) {
                    batch.clear();
                }
            } else {
                while (workOnNext(batch, token, limit)) {
                    batch.clear();
                }
            }
        }

        private boolean workOnNext(List<Delivery> batch, CancellationToken token) throws InterruptedException {
            boolean any = takeNext(batch);
            if (any) {
                workOn(batch, token);
            }
            return any;
        }

        /** With a permit from before it takes anything until it is done with that. */
        private boolean workOnNext(List<Delivery> batch, CancellationToken token, ConcurrencyLimit permits)
                throws InterruptedException {
            permits.acquire();
            try {
                if (!takeNext(batch)) {
                    return false;
                }
                permits.begin();
                long busy = 0;
                try {
                    busy = workOn(batch, token);
                } finally {
                    permits.end(attempts(), handler.failed(), busy);
                }
                return true;
            } finally {
                permits.release();
            }
        }

        /** A batch is one attempt; none was made where all records had come to nothing. */
        private int attempts() {
            return work.isForBatches() ? Math.min(1, handler.attempts()) : handler.attempts();
        }

        /** How long that took, in nanoseconds, without what it had to wait for the next stage: that is none of the service time. */
        private long workOn(List<Delivery> batch, CancellationToken token) throws InterruptedException {
            long start = time.nanoTime();
            busySinceNanos = start;
            serviceTime.taken(batch, start);
            handler.handle(batch, token);
            long took = time.nanoTime() - start;
            batchSize.observe(batch.size(), took);
            busySinceNanos = IDLE;
            long busy = took - outlet.takeWaitedNanos();
            serviceTime.add(batch.size(), busy);
            return busy;
        }

        private boolean takeNext(List<Delivery> batch) throws InterruptedException {
            return work.isForBatches()
                    ? queue.takeBatch(batch, work.maxRecords(), work.linger())
                    : queue.takeBatch(batch, batchSize.next());
        }

        WorkersStatus.@Nullable InHand inHand(long now) {
            long since = busySinceNanos;
            Delivery delivery = since == IDLE || outlet.isWaiting() ? null : handler.inHand();
            return delivery == null
                    ? null
                    : new WorkersStatus.InHand(
                            delivery.origin(),
                            delivery.record().timestamp(),
                            Math.max(0, now - delivery.queuedAtNanos()),
                            Math.max(0, now - since));
        }

        void interruptIfOverdue(long now) {
            handler.interruptIfOverdue(now);
        }
    }
}
