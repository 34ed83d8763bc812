package dev.spillway.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** What happened, in order; kept only where somebody will read it. */
final class Trace {
    private final boolean kept;
    private final List<String> lines = new ArrayList<>();
    private int depth;

    Trace(boolean kept) {
        this.kept = kept;
    }

    void add(Supplier<String> line) {
        if (kept) {
            lines.add("  ".repeat(depth) + line.get());
        }
    }

    /** What follows happens within what was added last. */
    void enter() {
        depth++;
    }

    void leave() {
        depth--;
    }

    List<String> lines() {
        return lines;
    }
}
