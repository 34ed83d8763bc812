package dev.spillway.demo;

import static java.util.concurrent.TimeUnit.SECONDS;
import static java.util.stream.Collectors.toSet;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.common.Node;
import org.jspecify.annotations.Nullable;

/** Finds out whether nodes of a cluster that are starting serve its clients. For one thread. */
final class ClusterProbe implements AutoCloseable {
    private static final int TIMEOUT_SECONDS = 2;

    private final String clusterId;
    private final List<BrokerAddress> starting;
    private @Nullable Admin admin;

    ClusterProbe(String clusterId, List<BrokerAddress> starting) {
        this.clusterId = clusterId;
        this.starting = starting;
    }

    /** Whether all of them are there; waits 2 s at most for each node to accept and to answer. */
    boolean answers() throws InterruptedException {
        return starting.stream().allMatch(ClusterProbe::accepts) && allRegistered();
    }

    @Override
    public void close() {
        if (admin != null) {
            // not until an unanswered question times out
            admin.close(Duration.ZERO);
        }
    }

    /** Asked before an {@link Admin} is, which would log every connection that is refused. */
    private static boolean accepts(BrokerAddress address) {
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), address.port()), TIMEOUT_SECONDS * 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** The id tells whether it is this cluster, and not another one that was quicker to take the port. */
    private boolean allRegistered() throws InterruptedException {
        DescribeClusterResult answer = admin().describeCluster();
        try {
            return answer.clusterId().get(TIMEOUT_SECONDS, SECONDS).equals(clusterId)
                    && answer.nodes().get(TIMEOUT_SECONDS, SECONDS).stream()
                            .map(Node::id)
                            .collect(toSet())
                            .containsAll(
                                    starting.stream().map(BrokerAddress::nodeId).toList());
        } catch (ExecutionException | TimeoutException e) {
            return false;
        }
    }

    private Admin admin() {
        if (admin == null) {
            admin = Admin.create(Map.of(
                    AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                    starting.stream().map(BrokerAddress::endpoint).toList(),
                    AdminClientConfig.CLIENT_ID_CONFIG,
                    "local-kafka-probe"));
        }
        return admin;
    }
}
