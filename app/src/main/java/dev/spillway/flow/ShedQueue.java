package dev.spillway.flow;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The bounded hand-off between those who bring records and those who work on them: first in, first out, bounded in records and
 * in bytes, with a policy that says what gives way when it is full. All methods may be called by any thread.
 *
 * <p>One lock guards all state. {@code notEmpty} means that something may be taken or the queue is closed; takers wait for it.
 * {@code room} means that some arrival that did not fit may fit now, or the queue is closed; offers under {@link
 * ShedPolicies#BLOCK} wait for it. {@code drained} means that no more than {@code awaitedDepth}
 * records are held, or the queue is closed. How a waiter's wait ends is decided under the lock, together with the counts.
 *
 * <p>A capacity of 0 is a rendezvous: an arrival is admitted only for a taker that already waits.
 *
 * <p>Takers get the head, and evictions take the head. What was taken or evicted is therefore always older than what is
 * queued; only arrivals that a policy sheds at the door may be younger. Where items have lanes, takers get the oldest whose lane is
 * free; a lane is free again when its item was {@linkplain #release released}.
 *
 * <p>A taken item may be {@linkplain #park parked} for a while. It keeps its place in its lane, and it counts against the capacity, so
 * that however many wait for another attempt, what the queue holds is bounded; but it is not queued: no policy sheds it. When its time
 * has come it is handed out before everything else; after it where takers are {@linkplain #restrictTakers restricted}. One that is
 * {@linkplain #suspend suspended} waits in the same way, and no restriction holds it up: it was handed out before that, or within it.
 *
 * @param <T> what is handed over
 */
public final class ShedQueue<T> implements AutoCloseable {
    private static final long FOREVER = Long.MAX_VALUE;
    private static final int NOBODY = -1;
    private static final int UNRESTRICTED = Integer.MAX_VALUE;

    private final int capacity;
    private final long capacityBytes;
    private final ShedPolicy policy;
    private final ToLongFunction<? super T> weigher;
    private final boolean hasLanes;
    private final Consumer<? super T> onTake;
    private final Time time;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition notEmpty = lock.newCondition();
    private final Condition room = lock.newCondition();
    private final Condition drained = lock.newCondition();

    @GuardedBy("lock")
    private final Backlog<T> queue;

    @GuardedBy("lock")
    private final Parking<T> parked;

    @GuardedBy("lock")
    private final Parking<T> suspended;

    @GuardedBy("lock")
    private final Map<ShedReason, Long> shed = new EnumMap<>(ShedReason.class);

    /** Of what is queued. */
    @GuardedBy("lock")
    private long bytes;

    /** Of what is queued and what is parked, in records. */
    @GuardedBy("lock")
    private int limit;

    /** How many items takers may still have; {@link #UNRESTRICTED} as a rule. */
    @GuardedBy("lock")
    private int allowance = UNRESTRICTED;

    @GuardedBy("lock")
    private int waitingTakers;

    @GuardedBy("lock")
    private int waitingOffers;

    /** The largest depth that somebody may be waiting for; {@link #NOBODY} when nobody waits. */
    @GuardedBy("lock")
    private int awaitedDepth = NOBODY;

    @GuardedBy("lock")
    private boolean closed;

    @GuardedBy("lock")
    private int highWaterMark;

    @GuardedBy("lock")
    private long admitted;

    @GuardedBy("lock")
    private long taken;

    @GuardedBy("lock")
    private long evicted;

    @GuardedBy("lock")
    private long withdrawn;

    /**
     * Creates an empty queue without lanes.
     *
     * @param capacity how many records it holds at most, at least 0
     * @param capacityBytes how many bytes it holds at most, at least 1
     * @param policy what happens when it is full; there is no default
     * @param weigher the weight of a record in bytes, at least 0 and always the same for the same record
     * @param time the clock of timed waits
     */
    public ShedQueue(
            int capacity, long capacityBytes, ShedPolicy policy, ToLongFunction<? super T> weigher, Time time) {
        this(capacity, capacityBytes, policy, weigher, new FifoBacklog<>(), item -> {}, time);
    }

    /**
     * Creates an empty queue with lanes: items of one lane are handed out one after the other.
     *
     * @param laneOf an item's lane, compared with {@code equals}; null when it waits for nobody
     * @param onTake told of every item that a taker gets for the first time; called under the lock, as the visitor of {@link #forEach}
     * @see #ShedQueue(int, long, ShedPolicy, ToLongFunction, Time)
     */
    public ShedQueue(
            int capacity,
            long capacityBytes,
            ShedPolicy policy,
            ToLongFunction<? super T> weigher,
            Function<? super T, ? extends @Nullable Object> laneOf,
            Consumer<? super T> onTake,
            Time time) {
        this(capacity, capacityBytes, policy, weigher, new LaneBacklog<>(laneOf), onTake, time);
    }

    private ShedQueue(
            int capacity,
            long capacityBytes,
            ShedPolicy policy,
            ToLongFunction<? super T> weigher,
            Backlog<T> backlog,
            Consumer<? super T> onTake,
            Time time) {
        if (capacity < 0 || capacityBytes < 1) {
            throw new IllegalArgumentException("capacity " + capacity + ", capacityBytes " + capacityBytes);
        }
        this.capacity = capacity;
        this.capacityBytes = capacityBytes;
        this.policy = policy;
        this.weigher = weigher;
        this.parked = new Parking<>(weigher);
        this.suspended = new Parking<>(weigher);
        this.queue = backlog;
        this.hasLanes = backlog instanceof LaneBacklog;
        this.onTake = onTake;
        this.time = time;
        this.limit = capacity;
    }

    /** What happens when the queue is full. */
    public ShedPolicy policy() {
        return policy;
    }

    /**
     * Offers without waiting.
     *
     * @throws IllegalArgumentException when the record alone is heavier than the queue may ever be
     */
    public OfferResult<T> tryOffer(T arrival) {
        lock.lock();
        try {
            return offerLocked(arrival);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Offers and waits for room for so long at most; {@link OfferResult.Full} when there was none in time.
     *
     * @throws IllegalArgumentException as {@link #tryOffer}
     */
    public OfferResult<T> offer(T arrival, Duration timeout) throws InterruptedException {
        return offer(arrival, timeout.toNanos());
    }

    /**
     * Offers and waits for room as long as it takes; never {@link OfferResult.Full}.
     *
     * @throws IllegalArgumentException as {@link #tryOffer}
     */
    public OfferResult<T> put(T arrival) throws InterruptedException {
        return offer(arrival, FOREVER);
    }

    /**
     * Offers the arrivals in their order, under one acquisition of the lock, until one of them would have to wait.
     *
     * @throws IllegalArgumentException as {@link #tryOffer}; nothing of the batch is queued or shed then
     */
    public BatchOffer<T> offerAll(List<? extends T> arrivals) {
        lock.lock();
        try {
            if (!closed) {
                arrivals.forEach(this::weigh); // fails before there are victims that nobody would learn of
            }
            List<BatchOffer.Victim<T>> victims = new ArrayList<>();
            int handled = 0;
            while (handled < arrivals.size() && !closed && place(arrivals.get(handled), victims)) {
                handled++;
            }
            countShed(victims);
            wakeTakers();
            return new BatchOffer<>(handled, victims, closed);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until no more than so many records are held, parked ones included, or the queue is closed, or the time has passed.
     *
     * @return whether no more than so many are held
     */
    public boolean awaitDepth(int atMost, Duration timeout) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = timeout.toNanos();
            long deadline = time.nanoTime() + left;
            while (held() > atMost && !closed && left > 0) {
                awaitedDepth = Math.max(awaitedDepth, atMost);
                left = time.awaitUntil(lock, drained, deadline);
            }
            return held() <= atMost;
        } finally {
            lock.unlock();
        }
    }

    /** Takes the head without waiting. */
    public TakeResult<T> tryTake() {
        lock.lock();
        try {
            return takeLocked();
        } finally {
            lock.unlock();
        }
    }

    /** Takes the head and waits for one for so long at most. */
    public TakeResult<T> take(Duration timeout) throws InterruptedException {
        return takeOne(timeout.toNanos());
    }

    /** Takes the head and waits for one as long as it takes; never {@link TakeResult.Empty}. */
    public TakeResult<T> take() throws InterruptedException {
        return takeOne(FOREVER);
    }

    /**
     * Takes up to {@code max} records from the head, under one acquisition of the lock; waits until there is at least one.
     *
     * @param into where they go, in order
     * @return whether any came; false when the queue is closed and drained
     */
    public boolean takeBatch(Collection<? super T> into, int max) throws InterruptedException {
        return takeBatch(into, max, Duration.ZERO);
    }

    /**
     * Takes up to {@code max} records from the head; waits until there is at least one, and from then on so long at most for the rest.
     *
     * @param into where they go, in order
     * @return whether any came; false when the queue is closed and drained
     * @throws InterruptedException when the thread is interrupted before the first came; afterwards it stays interrupted
     */
    public boolean takeBatch(Collection<? super T> into, int max, Duration linger) throws InterruptedException {
        if (max < 1) {
            throw new IllegalArgumentException("max " + max);
        }
        lock.lockInterruptibly();
        try {
            awaitNotEmpty(FOREVER);
            int count = takeAvailable(into, max);
            if (count > 0 && count < max && !linger.isZero()) {
                takeRest(into, max - count, linger.toNanos());
                if (waitingTakers > 0 && parked.size() + suspended.size() > 0) {
                    notEmpty.signal(); // the news of what was parked may have come to us
                }
            }
            return count > 0;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes an item back from a taker and hands it out again after the pause, to any taker.
     *
     * @param item what was taken and not released
     */
    public void park(T item, Duration pause) {
        lock.lock();
        try {
            setAside(item, pause, parked);
        } finally {
            lock.unlock();
        }
    }

    /**
     * The same with an item that its taker is in the middle of: it is handed out again whether takers are restricted or not, and counts
     * against no restriction.
     *
     * @param item what was taken and not released
     */
    public void suspend(T item, Duration pause) {
        lock.lock();
        try {
            setAside(item, pause, suspended);
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void setAside(T item, Duration pause, Parking<T> where) {
        where.add(item, time.nanoTime() + Math.max(0, pause.toNanos()));
        notEmpty.signal(); // one who waits has to look at the time again
    }

    /** Says that a taker is done with an item, for good: the next one of its lane may be taken. Nothing to do without lanes. */
    public void release(T item) {
        releaseAll(List.of(item));
    }

    /** Says that a taker is done with items, for good, under one acquisition of the lock; see {@link #release}. */
    public void releaseAll(List<? extends T> items) {
        if (!hasLanes || items.isEmpty()) {
            return;
        }
        lock.lock();
        try {
            items.forEach(queue::release);
            wakeTakers();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Visits the parked and the suspended items, in no particular order.
     *
     * @param visitor called under the lock: quick, and without a call to this queue
     */
    public void forEachParked(Consumer<? super T> visitor) {
        lock.lock();
        try {
            parked.forEach(visitor);
            suspended.forEach(visitor);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Forgets parked and suspended items that match: they will not be handed out again, and their lanes are free.
     *
     * @param filter called under the lock: quick, and without a call to this queue
     */
    public void forgetParked(Predicate<? super T> filter) {
        lock.lock();
        try {
            parked.removeIf(filter).forEach(queue::release);
            suspended.removeIf(filter).forEach(queue::release);
            wakeTakers();
            wakeOffers();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Lets takers have no more than so many items from now on; 0 stops them. They get queued ones first, and parked ones whose time has
     * come when nothing else may be taken: what was out before is the worse sample.
     */
    public void restrictTakers(int allowed) {
        lock.lock();
        try {
            allowance = allowed;
            wakeTakers();
        } finally {
            lock.unlock();
        }
    }

    /** Ends a restriction. */
    public void unrestrictTakers() {
        restrictTakers(UNRESTRICTED);
    }

    /** Whether an item of this weight would be admitted now, without anything being shed for it. */
    public boolean hasRoomFor(T item) {
        long weight = weigher.applyAsLong(item);
        lock.lock();
        try {
            return !closed && fits(weight);
        } finally {
            lock.unlock();
        }
    }

    /** Whether anything is queued that a taker could have, if takers were not restricted. */
    public boolean isAnyReady() {
        lock.lock();
        try {
            return queue.takeable() > 0;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Withdraws the queued records that match, in their order. They were neither taken nor shed: the caller owns them now.
     *
     * @param filter called under the lock: quick, and without a call to this queue
     */
    public List<T> removeIf(Predicate<? super T> filter) {
        lock.lock();
        try {
            List<T> removed = queue.removeIf(filter);
            if (removed.isEmpty()) {
                return removed;
            }
            bytes -= removed.stream().mapToLong(weigher).sum();
            withdrawn += removed.size();
            wakeOffers();
            wakeTakers();
            return removed;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Visits the queued records from the oldest to the youngest; none of them can be taken or shed meanwhile, and what the
     * visitor writes to a record is visible to whoever takes it.
     *
     * @param visitor called under the lock: quick, and without a call to this queue
     */
    public void forEach(Consumer<? super T> visitor) {
        lock.lock();
        try {
            queue.forEach(visitor);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sets the effective capacity in records: the queue counts as full from there on. What is queued above it stays until a
     * taker or the policy removes it.
     *
     * @param limit at least 1; more than the capacity means the capacity. Ignored by a rendezvous.
     */
    public void limitTo(int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit " + limit);
        }
        lock.lock();
        try {
            this.limit = Math.min(limit, capacity);
            wakeOffers();
        } finally {
            lock.unlock();
        }
    }

    /** Refuses arrivals from now on and wakes all who wait; takers still get what is queued. Idempotent. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            notEmpty.signalAll();
            room.signalAll();
            drained.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** How many records are queued. */
    public int depth() {
        lock.lock();
        try {
            return queue.size();
        } finally {
            lock.unlock();
        }
    }

    /** All counts at one moment. */
    public QueueSnapshot snapshot() {
        lock.lock();
        try {
            return new QueueSnapshot(
                    capacity,
                    capacityBytes,
                    limit,
                    queue.size(),
                    parked.size() + suspended.size(),
                    bytes,
                    parked.bytes() + suspended.bytes(),
                    highWaterMark,
                    admitted,
                    taken,
                    evicted,
                    withdrawn,
                    Map.copyOf(shed));
        } finally {
            lock.unlock();
        }
    }

    private OfferResult<T> offer(T arrival, long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            OfferResult<T> result = offerLocked(arrival);
            if (!(result instanceof OfferResult.Full)) {
                return result;
            }
            long left = nanos;
            long deadline = time.nanoTime() + nanos;
            while (result instanceof OfferResult.Full && left > 0) {
                left = awaitRoomLocked(left, deadline);
                result = offerLocked(arrival);
            }
            return result;
        } finally {
            lock.unlock();
        }
    }

    private TakeResult<T> takeOne(long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            awaitNotEmpty(nanos);
            return takeLocked();
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private OfferResult<T> offerLocked(T arrival) {
        if (closed) {
            return new OfferResult.Closed<>();
        }
        List<BatchOffer.Victim<T>> victims = new ArrayList<>(0);
        if (!place(arrival, victims)) {
            return new OfferResult.Full<>();
        }
        countShed(victims);
        wakeTakers();
        return victims.isEmpty()
                ? new OfferResult.Accepted<>()
                : new OfferResult.Shed<>(
                        victims.stream().map(BatchOffer.Victim::item).toList(),
                        victims.get(0).reason());
    }

    /** Queues or sheds the arrival; false when it has to wait. */
    @GuardedBy("lock")
    private boolean place(T arrival, List<BatchOffer.Victim<T>> victims) {
        long weight = weigh(arrival);
        while (!fits(weight)) {
            ShedPolicy.Verdict verdict = policy.onFull();
            if (verdict instanceof ShedPolicy.Verdict.ShedOldest oldest && queue.size() > 0) {
                evicted++;
                T victim = queue.evict();
                bytes -= weigher.applyAsLong(victim);
                victims.add(new BatchOffer.Victim<>(victim, oldest.reason()));
                wakeOffers();
            } else if (verdict instanceof ShedPolicy.Verdict.ShedOldest oldest) {
                victims.add(new BatchOffer.Victim<>(arrival, oldest.reason()));
                return true;
            } else if (verdict instanceof ShedPolicy.Verdict.ShedArriving arriving) {
                victims.add(new BatchOffer.Victim<>(arrival, arriving.reason()));
                return true;
            } else {
                return false;
            }
        }
        queue.add(arrival);
        bytes += weight;
        admitted++;
        highWaterMark = Math.max(highWaterMark, queue.size());
        return true;
    }

    private long weigh(T arrival) {
        long weight = weigher.applyAsLong(arrival);
        if (weight > capacityBytes) {
            throw new IllegalArgumentException(
                    "a record of " + weight + " bytes can never fit into a queue of " + capacityBytes);
        }
        return weight;
    }

    /** Those of one reason at once: as a rule all of them. */
    @GuardedBy("lock")
    private void countShed(List<BatchOffer.Victim<T>> victims) {
        int from = 0;
        while (from < victims.size()) {
            ShedReason reason = victims.get(from).reason();
            int to = from + 1;
            while (to < victims.size() && victims.get(to).reason() == reason) {
                to++;
            }
            shed.merge(reason, (long) (to - from), Long::sum);
            from = to;
        }
    }

    @GuardedBy("lock")
    private boolean fits(long weight) {
        return held() < (capacity == 0 ? waitingTakers : limit)
                && weight <= capacityBytes - bytes - parked.bytes() - suspended.bytes();
    }

    @GuardedBy("lock")
    private int held() {
        return queue.size() + parked.size() + suspended.size();
    }

    @GuardedBy("lock")
    private TakeResult<T> takeLocked() {
        if (!isAnyTakeable()) {
            return isDrained() ? new TakeResult.Closed<>() : new TakeResult.Empty<>();
        }
        T next = next();
        afterTake();
        return new TakeResult.Taken<>(next);
    }

    /** What may be taken now, without waiting. */
    @GuardedBy("lock")
    private int takeAvailable(Collection<? super T> into, int max) {
        int count = 0;
        while (count < max && isAnyTakeable()) {
            into.add(next());
            count++;
        }
        if (count > 0) {
            afterTake();
        }
        return count;
    }

    @GuardedBy("lock")
    private void afterTake() {
        wakeOffers();
        wakeTakers();
    }

    /** Fills a batch that has begun; an interrupt closes it. */
    @GuardedBy("lock")
    private void takeRest(Collection<? super T> into, int max, long nanos) {
        long deadline = time.nanoTime() + nanos;
        int missing = max;
        try {
            while (missing > 0 && !closed && deadline - time.nanoTime() > 0) {
                awaitNotEmpty(deadline - time.nanoTime());
                missing -= takeAvailable(into, missing);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Removes what is to be handed out next; there is something. */
    @GuardedBy("lock")
    private T next() {
        if (isAnyDue(suspended)) {
            return suspended.removeNext();
        }
        boolean restricted = allowance != UNRESTRICTED;
        if (restricted) {
            allowance--;
        }
        if (isAnyDue(parked) && !(restricted && queue.takeable() > 0)) {
            return parked.removeNext();
        }
        T next = queue.take();
        bytes -= weigher.applyAsLong(next);
        taken++;
        onTake.accept(next);
        return next;
    }

    @GuardedBy("lock")
    private boolean isAnyTakeable() {
        return isAnyDue(suspended) || (allowance > 0 && (queue.takeable() > 0 || isAnyDue(parked)));
    }

    @GuardedBy("lock")
    private boolean isAnyDue(Parking<T> some) {
        Long due = some.nextDueNanos();
        return due != null && due - time.nanoTime() <= 0; // as a rule there is none, and no clock is read
    }

    /** Whether takers have nothing to wait for any more. Those that may not take do not wait for the end of a restriction. */
    @GuardedBy("lock")
    private boolean isDrained() {
        return closed && (held() == 0 || (allowance == 0 && suspended.size() == 0));
    }

    /** Returns when something may be taken, the queue is closed and drained, or the time has passed. */
    @GuardedBy("lock")
    private void awaitNotEmpty(long nanos) throws InterruptedException {
        if (isAnyTakeable() || isDrained() || nanos <= 0) {
            return;
        }
        long left = nanos;
        long deadline = time.nanoTime() + nanos;
        waitingTakers++;
        try {
            if (capacity == 0) {
                wakeOffers();
            }
            while (!isAnyTakeable() && !isDrained() && left > 0) {
                left = awaitTakeable(left, deadline);
            }
        } catch (InterruptedException e) {
            leaveInterrupted(e);
        } finally {
            waitingTakers--;
        }
    }

    /** One wait: for a signal, for the time, or until the first of the parked is due. */
    @GuardedBy("lock")
    private long awaitTakeable(long left, long deadline) throws InterruptedException {
        Long due = nextDueNanos();
        if (due == null) {
            return left == FOREVER ? awaitForever(notEmpty) : time.awaitUntil(lock, notEmpty, deadline);
        }
        if (left == FOREVER) {
            time.awaitUntil(lock, notEmpty, due);
            return FOREVER;
        }
        long wakeUp = deadline - due < 0 ? deadline : due;
        return deadline - wakeUp + time.awaitUntil(lock, notEmpty, wakeUp);
    }

    /** When the first of those that wait for their time may be taken, by the monotonic clock; null when none may. */
    @GuardedBy("lock")
    private @Nullable Long nextDueNanos() {
        Long first = suspended.nextDueNanos();
        Long other = allowance > 0 ? parked.nextDueNanos() : null;
        return first == null || (other != null && other - first < 0) ? other : first;
    }

    /**
     * An interrupted taker may have swallowed the signal for a record, or be the very taker that a rendezvous admitted a
     * record for. If there is a record it takes it and stays interrupted; nobody else would be told of it.
     */
    @GuardedBy("lock")
    private void leaveInterrupted(InterruptedException e) throws InterruptedException {
        if (!isAnyTakeable()) {
            throw e;
        }
        Thread.currentThread().interrupt();
    }

    @GuardedBy("lock")
    private long awaitRoomLocked(long left, long deadline) throws InterruptedException {
        waitingOffers++;
        try {
            return left == FOREVER ? awaitForever(room) : time.awaitUntil(lock, room, deadline);
        } finally {
            waitingOffers--;
        }
    }

    @SuppressWarnings("WaitNotInLoop") // its callers loop over what they wait for
    private static long awaitForever(Condition condition) throws InterruptedException {
        condition.await();
        return FOREVER;
    }

    /** One of them: whoever takes and leaves anything wakes the next, so that nobody wakes in vain. All of them at the end. */
    @GuardedBy("lock")
    private void wakeTakers() {
        if (isDrained()) {
            notEmpty.signalAll();
        } else if (waitingTakers > 0 && isAnyTakeable()) {
            notEmpty.signal();
        }
    }

    /** All of them: whether an arrival fits depends on its weight, so one signal could wake the wrong one. */
    @GuardedBy("lock")
    private void wakeOffers() {
        if (waitingOffers > 0) {
            room.signalAll();
        }
        if (held() <= awaitedDepth) {
            awaitedDepth = NOBODY;
            drained.signalAll();
        }
    }
}
