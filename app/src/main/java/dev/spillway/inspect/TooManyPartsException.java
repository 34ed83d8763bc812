package dev.spillway.inspect;

/** The audit cannot go on in bounded memory, and proves nothing. The message is one sentence. */
public final class TooManyPartsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooManyPartsException(int most) {
        super("more than " + most
                + " records have results of which only some parts were found so far: nothing is proven,"
                + " since the audit keeps no more in memory");
    }
}
