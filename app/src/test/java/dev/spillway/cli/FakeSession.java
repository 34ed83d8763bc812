package dev.spillway.cli;

import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.SkippingTime;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;

/** Surroundings that keep what a command prints. */
final class FakeSession {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final boolean terminal;

    FakeSession() {
        this(false);
    }

    FakeSession(boolean terminal) {
        this.terminal = terminal;
    }

    Session session() {
        return new Session(
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                terminal,
                Map.of(),
                new SkippingTime(),
                CancellationToken.root());
    }

    int run(String... args) {
        return Main.run(session(), args);
    }

    String out() {
        return out.toString();
    }

    String err() {
        return err.toString();
    }
}
