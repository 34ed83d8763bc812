package dev.spillway.processor;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.concurrent.CountDownLatch;

/** Takes one connection on a loopback port and does with it what no decent server would. Closing it ends its thread. */
final class RawService implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final CountDownLatch requested = new CountDownLatch(1);
    private final CountDownLatch abandoned = new CountDownLatch(1);
    private final Behaviour behaviour;

    /** What it does after it has read a request's headers. */
    @FunctionalInterface
    interface Behaviour {
        void answer(InputStream in, OutputStream out) throws IOException;
    }

    RawService(Behaviour behaviour) throws IOException {
        this.behaviour = behaviour;
        Thread thread = new Thread(this::serve, "raw-service");
        thread.setDaemon(true);
        thread.start();
    }

    /** One that writes this text and then no more. */
    static RawService thatWrites(String text) throws IOException {
        return new RawService((in, out) -> {
            out.write(text.getBytes(US_ASCII));
            out.flush();
        });
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort() + "/");
    }

    /** Counted down when a request's headers have come. */
    CountDownLatch requested() {
        return requested;
    }

    /** Counted down when the client has closed the connection. */
    CountDownLatch abandoned() {
        return abandoned;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    private void serve() {
        try (Socket socket = server.accept()) {
            InputStream in = socket.getInputStream();
            readHeaders(in);
            requested.countDown();
            behaviour.answer(in, socket.getOutputStream());
            in.transferTo(OutputStream.nullOutputStream()); // until the client closes the connection
            abandoned.countDown();
        } catch (IOException e) {
            abandoned.countDown(); // closed while it wrote or read
        }
    }

    private static void readHeaders(InputStream in) throws IOException {
        int last = 0;
        while (last != 0x0d0a0d0a) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("no request");
            }
            last = (last << 8) | next;
        }
    }
}
