package dev.spillway.sink;

/** The transaction of an epoch was not committed and never will be: its records have to be polled again. */
public final class EpochAbortedException extends Exception {
    private static final long serialVersionUID = 1L;

    public EpochAbortedException(String message, Throwable cause) {
        super(message, cause);
    }
}
