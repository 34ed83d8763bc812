package dev.spillway.runtime;

import dev.spillway.processor.InputRecord;
import dev.spillway.processor.Processor;
import dev.spillway.processor.ProcessorContext;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** Fails where {@code processor.fails} says. */
public final class BadProcessor implements Processor {
    private String fails = "";

    @Override
    public void configure(Map<String, String> settings) {
        fails = settings.getOrDefault("fails", "");
        if (fails.equals("thread")) {
            new Thread(BadProcessor::waitForever, "leaked").start();
        }
    }

    /** Not a daemon, and nobody's to end. */
    private static void waitForever() {
        while (true) {
            LockSupport.park();
        }
    }

    @Override
    public void process(InputRecord record, ProcessorContext context) {
        if (fails.equals("memory")) {
            throw new OutOfMemoryError("Java heap space");
        }
        if (fails.equals("message")) {
            throw new IllegalStateException() {
                private static final long serialVersionUID = 1L;

                @Override
                public String getMessage() {
                    throw new NullPointerException("no message");
                }
            };
        }
        context.forward(record.value());
    }

    @Override
    public void close() {
        if (fails.equals("close")) {
            throw new IllegalStateException("the connection is closed already");
        }
    }
}
