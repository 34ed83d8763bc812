package dev.spillway.ledger;

import java.util.List;
import java.util.stream.Collectors;

/** The books of an epoch do not balance: it must not be committed, and the process must not go on. */
public final class ImbalanceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<Balance> imbalances;

    ImbalanceException(long epoch, List<Balance> imbalances) {
        super("epoch " + epoch + " is not conserved, nothing of it was committed: "
                + imbalances.stream().map(Balance::explain).collect(Collectors.joining("; ")));
        this.imbalances = List.copyOf(imbalances);
    }

    /** The partitions that are off. */
    public List<Balance> imbalances() {
        return imbalances;
    }
}
