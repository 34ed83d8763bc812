package dev.spillway.intake;

/** A worker ended with an error that cannot be attributed to one record: the sidecar must stop without committing. */
public final class WorkerFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    WorkerFailedException(String message) {
        super(message);
    }
}
