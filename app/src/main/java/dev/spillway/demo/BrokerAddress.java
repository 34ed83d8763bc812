package dev.spillway.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Where one node listens, always on the loopback interface.
 *
 * @param nodeId the node's id in the cluster
 * @param port where clients connect
 * @param controllerPort where the nodes' controllers talk to each other
 * @param relayedPort where a relay connects on behalf of its clients, if the cluster is to have any
 */
record BrokerAddress(int nodeId, int port, int controllerPort, int relayedPort) {
    static final String HOST = "127.0.0.1";

    /**
     * Below the ranges from which Linux, macOS and Windows take the source ports of outgoing connections. Inside them a
     * client that keeps trying to reach a stopped broker would in the end be given the broker's own port.
     */
    private static final int FIRST_PORT = 20_000;

    private static final int PORTS = 12_000;
    private static final int ATTEMPTS = 1_000;

    /** An address whose ports were free a moment ago; whoever binds them first has them. */
    static BrokerAddress choose(int nodeId) {
        try (ServerSocket clients = bindAny();
                ServerSocket controllers = bindAny();
                ServerSocket relay = bindAny()) {
            return new BrokerAddress(nodeId, clients.getLocalPort(), controllers.getLocalPort(), relay.getLocalPort());
        } catch (IOException e) {
            throw new UncheckedIOException("No free port on " + HOST, e);
        }
    }

    /** For {@code bootstrap.servers}. */
    String endpoint() {
        return HOST + ":" + port;
    }

    /** For {@code controller.quorum.voters}. */
    String voter() {
        return nodeId + "@" + HOST + ":" + controllerPort;
    }

    private static ServerSocket bindAny() throws IOException {
        for (int attempt = 1; attempt < ATTEMPTS; attempt++) {
            try {
                return bind(randomPort());
            } catch (IOException taken) {
                // the next port, then
            }
        }
        return bind(randomPort());
    }

    private static int randomPort() {
        return FIRST_PORT + ThreadLocalRandom.current().nextInt(PORTS);
    }

    private static ServerSocket bind(int port) throws IOException {
        ServerSocket socket = new ServerSocket();
        try {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }
}
