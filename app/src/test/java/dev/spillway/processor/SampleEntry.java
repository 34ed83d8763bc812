package dev.spillway.processor;

import org.jspecify.annotations.Nullable;

/** A record in a batch, and what became of it. */
final class SampleEntry implements BatchEntry {
    private final InputRecord record;
    private final CollectingContext context = new CollectingContext();
    private @Nullable Exception failure;

    SampleEntry(InputRecord record) {
        this.record = record;
    }

    @Override
    public InputRecord record() {
        return record;
    }

    @Override
    public CollectingContext context() {
        return context;
    }

    @Override
    public void fail(Exception given) {
        if (failure == null) {
            failure = given;
        }
    }

    @Nullable
    Exception failure() {
        return failure;
    }
}
