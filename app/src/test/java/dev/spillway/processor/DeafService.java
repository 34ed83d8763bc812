package dev.spillway.processor;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** A port on which somebody listens and never accepts, with so many connections waiting that the system answers no more of them. */
final class DeafService implements AutoCloseable {
    private static final int MORE_THAN_MAY_WAIT = 8;

    private final ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final List<SocketChannel> waiting = new ArrayList<>();

    DeafService() throws IOException {
        for (int i = 0; i < MORE_THAN_MAY_WAIT; i++) {
            SocketChannel one = SocketChannel.open();
            one.configureBlocking(false);
            one.connect(server.getLocalSocketAddress());
            waiting.add(one);
        }
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort() + "/");
    }

    @Override
    public void close() throws IOException {
        for (SocketChannel one : waiting) {
            one.close();
        }
        server.close();
    }
}
