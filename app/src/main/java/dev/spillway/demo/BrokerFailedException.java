package dev.spillway.demo;

import java.nio.file.Path;

/** A local broker ended, or did not answer, when it should start. The message quotes its log and says where it is. */
public final class BrokerFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String log;

    BrokerFailedException(String what, BrokerLog log) {
        super(what + "; its log is " + log.file() + System.lineSeparator() + log.excerpt());
        this.log = log.file().toString();
    }

    /** The broker's log, which stays when the cluster is closed. */
    public Path log() {
        return Path.of(log);
    }
}
