package dev.spillway.ledger;

/** More has been settled than a sealed epoch consumed. The epoch must not be committed, and the process must not go on. */
public final class SettledTwiceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SettledTwiceException(Origin origin) {
        super(origin + " was settled after everything in its epoch had been: some record was settled twice");
    }
}
