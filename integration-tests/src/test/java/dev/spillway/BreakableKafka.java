package dev.spillway;

import dev.spillway.demo.LocalKafka;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * The {@linkplain ThreeBrokers cluster to break} that all tests of one JVM share, one after the other: what a test has broken is made
 * whole after it.
 *
 * <pre>{@code
 * @RegisterExtension
 * static final BreakableKafka kafka = new BreakableKafka();
 * }</pre>
 */
public final class BreakableKafka implements BeforeAllCallback, AfterEachCallback {
    private static final Namespace NAMESPACE = Namespace.create(BreakableKafka.class);

    private @Nullable ThreeBrokers brokers;

    @Override
    public void beforeAll(ExtensionContext context) {
        brokers = context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(ThreeBrokers.class, type -> start(), ThreeBrokers.class);
    }

    /** Says how each test has ended: these take long, and a build that is broken off would tell nothing. */
    @Override
    public void afterEach(ExtensionContext context) throws InterruptedException {
        System.out.printf(
                "%s.%s %s: %s%n",
                context.getRequiredTestClass().getSimpleName(),
                context.getRequiredTestMethod().getName(),
                context.getDisplayName(),
                context.getExecutionException().map(Throwable::toString).orElse("passed"));
        brokers().repair();
    }

    public ThreeBrokers brokers() {
        return Objects.requireNonNull(
                brokers, "BreakableKafka starts before the first test, as a static @RegisterExtension");
    }

    /** The brokers' processes. */
    public LocalKafka processes() {
        return brokers().kafka();
    }

    private static ThreeBrokers start() {
        try {
            return ThreeBrokers.start();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted before the brokers had started", e);
        }
    }
}
