package dev.spillway.sink;

import dev.spillway.ledger.Account;
import dev.spillway.ledger.PartitionId;
import java.nio.charset.StandardCharsets;

/** The contiguous run of one partition's offsets that belongs to one epoch: where it is booked, and who publishes for it. */
public final class Run {
    /** Of a long. */
    private static final int MOST_DIGITS = 19;

    private final Account account;
    private final Publisher publisher;
    private final byte[] originPrefix;

    /** The highest offset that was shed or refused; the consumer loop's. */
    private long shedUpTo = -1;
    /** The highest offset that a worker took; under the queue's lock. */
    private long takenUpTo = -1;

    public Run(Account account, Publisher publisher) {
        this.account = account;
        this.publisher = publisher;
        PartitionId partition = account.partition();
        this.originPrefix = (partition + "@").getBytes(StandardCharsets.UTF_8);
    }

    public Account account() {
        return account;
    }

    public Publisher publisher() {
        return publisher;
    }

    void noteShed(long offset) {
        shedUpTo = Math.max(shedUpTo, offset);
    }

    void noteTaken(long offset) {
        takenUpTo = Math.max(takenUpTo, offset);
    }

    /**
     * Whether nothing at this offset or behind it has been touched: only then may it leave the run. Called by the consumer loop, under
     * the queue's lock.
     */
    public boolean isUntouchedFrom(long offset) {
        return offset > shedUpTo && offset > takenUpTo;
    }

    /** The value of the header {@code spillway.origin} for an offset of this run; written by hand, since every output has one. */
    byte[] origin(long offset) {
        int digits = digits(offset);
        byte[] origin = new byte[originPrefix.length + digits];
        System.arraycopy(originPrefix, 0, origin, 0, originPrefix.length);
        long rest = offset;
        for (int i = origin.length - 1; i >= originPrefix.length; i--) {
            origin[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        return origin;
    }

    private static int digits(long number) {
        int digits = 1;
        long bound = 10;
        while (number >= bound && digits < MOST_DIGITS) {
            digits++;
            bound *= 10;
        }
        return digits;
    }
}
