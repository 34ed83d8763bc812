package dev.spillway.config;

/** The configuration cannot work. The message is one sentence that names the key and says what to change. */
public final class InvalidConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InvalidConfigException(String message) {
        super(message);
    }
}
