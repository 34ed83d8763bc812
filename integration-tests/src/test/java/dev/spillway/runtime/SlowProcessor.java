package dev.spillway.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.spillway.processor.InputRecord;
import dev.spillway.processor.Processor;
import dev.spillway.processor.ProcessorContext;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Takes {@code processor.millis} for each record and forwards its value with the name of who did it, {@code processor.name}. A record
 * whose value is {@code processor.hold} is held until an interrupt, and one whose value is {@code processor.hold.fast} whatever comes;
 * either prints on standard error that it began to hold it.
 */
public final class SlowProcessor implements Processor {
    private final CountDownLatch never = new CountDownLatch(1);
    private long millis;
    private String name = "";
    private String hold = "";
    private String holdFast = "";

    @Override
    public void configure(Map<String, String> settings) {
        millis = Long.parseLong(settings.getOrDefault("millis", "0"));
        name = settings.getOrDefault("name", "");
        hold = settings.getOrDefault("hold", "");
        holdFast = settings.getOrDefault("hold.fast", "");
    }

    @Override
    public void process(InputRecord record, ProcessorContext context) throws InterruptedException {
        String value = new String(Objects.requireNonNull(record.value()), UTF_8);
        if (value.equals(hold)) {
            System.err.println("holding " + value);
            never.await();
        }
        if (value.equals(holdFast)) {
            System.err.println("holding " + value);
            awaitUninterruptibly();
        }
        if (millis > 0 && never.await(millis, TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("never");
        }
        context.forward((value + " by " + name).getBytes(UTF_8));
    }

    private void awaitUninterruptibly() {
        while (true) {
            try {
                never.await();
                return;
            } catch (InterruptedException e) {
                System.err.println("ignoring an interrupt");
            }
        }
    }
}
