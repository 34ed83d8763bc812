package dev.spillway;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * The cluster that all integration tests of one JVM share. The first test class that asks for it starts it; it stops
 * after the last one.
 *
 * <pre>{@code
 * @RegisterExtension
 * static final TestKafka kafka = new TestKafka();
 * }</pre>
 *
 * <p>Tests leave their topics and groups behind, so they give them {@linkplain ClusterClient#uniqueName unique names}.
 * A test that stops or kills its broker starts a {@link dev.spillway.demo.LocalKafka} of its own.
 *
 * <p>Where the cluster is from, {@link ClusterSource} decides.
 */
public final class TestKafka implements BeforeAllCallback {
    private static final Namespace NAMESPACE = Namespace.create(TestKafka.class);

    private @Nullable SharedCluster cluster;

    @Override
    public void beforeAll(ExtensionContext context) {
        cluster = context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(SharedCluster.class, type -> ClusterSource.start(), SharedCluster.class);
    }

    public String bootstrapServers() {
        return cluster().bootstrapServers();
    }

    /** Shared like the cluster; tests do not close it. */
    public ClusterClient client() {
        return cluster().client();
    }

    private SharedCluster cluster() {
        return Objects.requireNonNull(
                cluster, "TestKafka starts before the first test, as a static @RegisterExtension");
    }
}
