package dev.spillway.ledger;

import java.time.Duration;

/**
 * A slice of the run between two commits, with its own {@link Ledger}: opened, sealed, joined, balanced and committed in this
 * order, or aborted.
 *
 * <p>Threads: transitions belong to the thread that owns the ledger; {@link #state()} may be read by any.
 */
public final class Epoch {
    /** The steps of an epoch's life, in their order. */
    public enum State {
        OPEN,
        SEALED,
        JOINED,
        BALANCED,
        COMMITTED,
        ABORTED
    }

    private final long number;
    private final Ledger ledger;
    private final long openedAtNanos;
    private volatile State state = State.OPEN;

    /**
     * Opens an epoch.
     *
     * @param number its number in this run, from 1
     * @param nowNanos the monotonic time
     * @param onJoined see {@link Ledger#Ledger(Runnable)}
     */
    public Epoch(long number, long nowNanos, Runnable onJoined) {
        this.number = number;
        this.openedAtNanos = nowNanos;
        this.ledger = new Ledger(onJoined);
    }

    public long number() {
        return number;
    }

    public Ledger ledger() {
        return ledger;
    }

    public State state() {
        return state;
    }

    /** How long ago the epoch was opened. */
    public Duration age(long nowNanos) {
        return Duration.ofNanos(nowNanos - openedAtNanos);
    }

    /** Whether nothing has been consumed into it. */
    public boolean isEmpty() {
        return ledger.consumed() == 0;
    }

    /** Lets no further record in. */
    public void seal() {
        step(State.OPEN, State.SEALED);
        ledger.seal();
    }

    /** Moves a sealed epoch on to {@link State#JOINED} when all of its records have settled, and says whether it is there. */
    public boolean join() {
        if (state == State.SEALED && ledger.isJoined()) {
            step(State.SEALED, State.JOINED);
        }
        return state == State.JOINED;
    }

    /**
     * Compares consumed with settled.
     *
     * @throws IllegalStateException when the epoch has not joined: until then a difference says nothing
     * @throws ImbalanceException when some partition's books do not balance; the epoch must not be committed
     */
    public void balance() {
        require(State.JOINED, State.BALANCED);
        var imbalances = ledger.imbalances();
        if (!imbalances.isEmpty()) {
            throw new ImbalanceException(number, imbalances);
        }
        state = State.BALANCED;
    }

    /** Notes that the offsets have been committed. */
    public void commit() {
        step(State.BALANCED, State.COMMITTED);
    }

    /**
     * Gives the epoch up: its records will be polled again.
     *
     * @throws IllegalStateException when it has been committed
     */
    public void abort() {
        if (state == State.COMMITTED) {
            throw new IllegalStateException("epoch " + number + " has been committed and cannot be aborted");
        }
        state = State.ABORTED;
    }

    /** What the books say now. */
    public EpochReport report() {
        return EpochReport.of(
                number, state, ledger.accounts().stream().map(Account::balance).toList());
    }

    private void step(State from, State to) {
        require(from, to);
        state = to;
    }

    private void require(State from, State to) {
        if (state != from) {
            throw new IllegalStateException(
                    "epoch " + number + " is " + state + ", not " + from + ": it cannot become " + to);
        }
    }

    @Override
    public String toString() {
        return "epoch " + number + " (" + state + ")";
    }
}
