package dev.spillway.processor;

import dev.spillway.flow.OfferResult;
import dev.spillway.flow.ShedQueue;
import dev.spillway.flow.Time;
import dev.spillway.sink.DeadLetterCause;
import dev.spillway.sink.Delivery;
import dev.spillway.sink.Output;
import dev.spillway.sink.OutputTooLargeException;
import dev.spillway.sink.Piece;
import java.util.List;

/**
 * The outlet of a stage that is not the last: what it forwards is queued for the next one. Where that queue is full and its policy sheds
 * nothing the worker waits, which is how the slowest stage holds back those before it, and the first one's queue the intake.
 *
 * <p>Such a wait ends: the next stage's workers wait only for those behind them, and the last stage's for nobody. The attempt has ended
 * before, so no time-out interrupts the wait; a cancellation does.
 */
final class HandOver extends Outlet {
    private final String nextStage;
    private final ShedQueue<Delivery> next;
    private final long capacityBytes;
    private final Time time;

    private long waitedNanos;
    private volatile boolean waiting;

    /**
     * The way from one stage to the next.
     *
     * @param next what the next stage's workers take from
     * @param capacityBytes how many bytes that queue holds at most
     */
    HandOver(String stage, String nextStage, ShedQueue<Delivery> next, long capacityBytes, Time time) {
        super(stage);
        this.nextStage = nextStage;
        this.next = next;
        this.capacityBytes = capacityBytes;
        this.time = time;
    }

    @Override
    boolean processed(Delivery delivery, List<Output> outputs) throws OutputTooLargeException, InterruptedException {
        for (Piece piece : Piece.split(delivery, outputs, ProcessorContext.MAX_RESULTS)) {
            if (piece.isDiscarded()) {
                return false;
            }
            if (piece.size() > capacityBytes) {
                refuse(piece);
                return false;
            }
            handOver(piece);
        }
        return false;
    }

    @Override
    long takeWaitedNanos() {
        long waited = waitedNanos;
        waitedNanos = 0;
        return waited;
    }

    @Override
    boolean isWaiting() {
        return waiting;
    }

    private void handOver(Piece piece) throws InterruptedException {
        piece.queuedAt(time.nanoTime());
        OfferResult<Delivery> result = next.tryOffer(piece);
        if (result instanceof OfferResult.Full) {
            result = await(piece);
        }
        if (result instanceof OfferResult.Shed<Delivery> shed) {
            shed.victims().forEach(victim -> {
                Delivery input = victim.input();
                input.run().publisher().dropped(input, shed.reason(), nextStage);
            });
        }
        // A queue that is closed takes nothing more: the run ends, and what has no outcome will be processed again.
    }

    private OfferResult<Delivery> await(Piece piece) throws InterruptedException {
        long start = time.nanoTime();
        waiting = true;
        try {
            return next.put(piece);
        } finally {
            waiting = false;
            waitedNanos += time.nanoTime() - start;
        }
    }

    /** What no queue could hold: the stage behind it is the one that cannot take the record. */
    private void refuse(Piece piece) {
        Delivery input = piece.input();
        input.run()
                .publisher()
                .deadLettered(
                        input,
                        DeadLetterCause.TOO_LARGE,
                        "what was forwarded to the stage has " + piece.size()
                                + " bytes, more than its queue.capacity.bytes=" + capacityBytes,
                        0,
                        nextStage);
    }
}
