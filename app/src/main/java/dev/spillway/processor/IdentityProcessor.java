package dev.spillway.processor;

/** Forwards every record as it is. */
final class IdentityProcessor implements Processor {
    @Override
    public void process(InputRecord record, ProcessorContext context) {
        context.forward(record.value());
    }
}
