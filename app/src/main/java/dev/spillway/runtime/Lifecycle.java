package dev.spillway.runtime;

import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The life of a sidecar: each state offers only the transitions that are legal from it, and each transition has a reason. */
public final class Lifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);

    /** Where the sidecar is in its life, and why. */
    public sealed interface State {
        /** Why it is in this state, in words for an operator. */
        String reason();

        /** The state's name for logs and reports. */
        default String name() {
            return getClass().getSimpleName();
        }
    }

    /** Assembled, nothing started. */
    public record Created(String reason) implements State {
        Starting start(String why) {
            return new Starting(why);
        }
    }

    /** Checking topics, registering producers. */
    public record Starting(String reason) implements State, Failing {
        Running run(String why) {
            return new Running(why);
        }
    }

    /** Polling and processing. */
    public record Running(String reason) implements State, Failing {
        Draining drain(String why) {
            return new Draining(why);
        }
    }

    /** Taking nothing new; what was admitted settles. */
    public record Draining(String reason) implements State, Failing {
        Stopped stop(String why) {
            return new Stopped(why);
        }
    }

    /** Everything is joined and closed after an orderly end. */
    public record Stopped(String reason) implements State {}

    /** Everything is joined and closed after an error; nothing was committed that had not been settled. */
    public record Failed(String reason) implements State {}

    /** A state in which an error can end the run. */
    public sealed interface Failing {
        /** Ends the run. */
        default Failed fail(String why) {
            return new Failed(why);
        }
    }

    private volatile State state = new Created("assembled");

    /** The present state. Any thread. */
    public State state() {
        return state;
    }

    void start(String why) {
        transition(Created.class, from -> from.start(why));
    }

    void run(String why) {
        transition(Starting.class, from -> from.run(why));
    }

    void drain(String why) {
        transition(Running.class, from -> from.drain(why));
    }

    void stop(String why) {
        transition(Draining.class, from -> from.stop(why));
    }

    void fail(String why) {
        transition(Failing.class, from -> from.fail(why));
    }

    /** The one place where the state changes; only the sidecar's own thread comes here. */
    private <S> void transition(Class<S> from, Function<S, State> step) {
        State current = state;
        if (!from.isInstance(current)) {
            throw new IllegalStateException("not possible from " + current);
        }
        State next = step.apply(from.cast(current));
        state = next;
        LOG.info("{} -> {}: {}", current.name(), next.name(), next.reason());
    }
}
