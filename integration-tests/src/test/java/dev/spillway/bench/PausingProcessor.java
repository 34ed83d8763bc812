package dev.spillway.bench;

import dev.spillway.processor.InputRecord;
import dev.spillway.processor.Processor;
import dev.spillway.processor.ProcessorContext;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Forwards a record after {@code processor.millis}, as a call to a service would take. */
public final class PausingProcessor implements Processor {
    private long millis;

    @Override
    public void configure(Map<String, String> settings) {
        millis = Long.parseLong(settings.getOrDefault("millis", "0"));
    }

    @Override
    public void process(InputRecord record, ProcessorContext context) throws InterruptedException {
        if (millis > 0) {
            TimeUnit.MILLISECONDS.sleep(millis);
        }
        context.forward(record.value());
    }
}
