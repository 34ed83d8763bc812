package dev.spillway.cli;

/** How the process ends; a promise to scripts. A signal that ended in a clean shutdown is {@link #FINE}. */
enum ExitCode {
    /** All went well, and the books balance. */
    FINE(0),
    /** The command line or the configuration cannot work. */
    USAGE(1),
    /** Records are not accounted for, or a drain had to abort. */
    NOT_CONSERVED(2),
    /** Kafka: cannot connect, not authorised, fenced, topic missing. */
    KAFKA(3);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }
}
