package dev.spillway.processor;

import dev.spillway.flow.Time;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What the status of an HTTP answer means for the record that was asked about. */
final class HttpStatus {
    static final int OK = 200;

    private static final int NO_CONTENT = 204;
    private static final int RESET_CONTENT = 205;
    private static final int REQUEST_TIMEOUT = 408;
    private static final int TOO_MANY_REQUESTS = 429;

    private HttpStatus() {}

    static boolean isSuccess(int status) {
        return status >= 200 && status < 300;
    }

    /** Whether the record is processed and has no result. Only a status says so: an empty body is an empty result. */
    static boolean isWithoutResult(int status) {
        return status == NO_CONTENT || status == RESET_CONTENT;
    }

    static boolean isRedirect(int status) {
        return status >= 300 && status < 400;
    }

    /**
     * The failure that a status stands for which is no success: 408, 429 and 5xx may pass, all others last.
     *
     * @param retryAfter what the service said of when to come back
     * @param message what to say of it
     */
    static RuntimeException failure(int status, @Nullable String retryAfter, String message, Time time) {
        if (status == REQUEST_TIMEOUT || status == TOO_MANY_REQUESTS || (status >= 500 && status < 600)) {
            Duration pause = RetryAfter.parse(retryAfter, time);
            return new RetryLaterException(message, pause);
        }
        return new PermanentFailureException(message);
    }
}
