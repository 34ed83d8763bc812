package dev.spillway;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashSet;
import java.util.Set;

/**
 * A network between clients and one broker that a test can cut: a TCP proxy on the loopback interface.
 *
 * <p>While it is {@linkplain #cut cut} nothing comes through, in either direction, and nobody is told: connections stay, new ones are
 * accepted, and what is sent into them arrives after the {@linkplain #mend mending}, as TCP has it. Thread-safe.
 */
public final class Relay implements AutoCloseable {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final ServerSocket entrance;

    @GuardedBy("this")
    private final Set<Socket> sockets = new HashSet<>();

    @GuardedBy("this")
    private int target;

    @GuardedBy("this")
    private boolean cut;

    @GuardedBy("this")
    private boolean closed;

    /** Listens at once on a port of its own; whoever comes waits until there is a {@linkplain #forwardTo target}. */
    public Relay() {
        try {
            entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        daemon("relay-" + port(), this::acceptAll);
    }

    /** Where clients connect. */
    public int port() {
        return entrance.getLocalPort();
    }

    /** Chooses the port that it connects its clients with. */
    public synchronized void forwardTo(int port) {
        target = port;
        notifyAll();
    }

    /** Lets nothing through from now on. */
    public synchronized void cut() {
        cut = true;
    }

    /** Lets everything through again, what was sent in the meantime first. */
    public synchronized void mend() {
        cut = false;
        notifyAll();
    }

    /** Breaks all connections that there are; new ones work. */
    public void sever() {
        openSockets().forEach(Relay::closeQuietly);
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        try {
            entrance.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        sever();
    }

    private void acceptAll() {
        try {
            while (true) {
                Socket client = entrance.accept();
                daemon("relay-" + port() + "-in", () -> serve(client));
            }
        } catch (IOException e) {
            // closed: nobody is accepted any more
        }
    }

    private void serve(Socket client) {
        try (client;
                Socket broker = connect(client)) {
            daemon("relay-" + port() + "-out", () -> pump(broker, client));
            pump(client, broker);
        } catch (IOException e) {
            // the broker is away: the client is told by its connection's end
        } finally {
            forget(client);
        }
    }

    private Socket connect(Socket client) throws IOException {
        client.setTcpNoDelay(true);
        remember(client);
        Socket broker = new Socket(InetAddress.getLoopbackAddress(), awaitPassage());
        broker.setTcpNoDelay(true);
        remember(broker);
        return broker;
    }

    /** Returns when either side has ended, and ends the other. */
    private void pump(Socket from, Socket to) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                awaitPassage();
                out.write(buffer, 0, count);
            }
        } catch (IOException e) {
            // that is how a connection ends when its other side is gone
        } finally {
            forget(from);
        }
    }

    /** Returns the target's port as soon as anything may go there. */
    private synchronized int awaitPassage() throws IOException {
        try {
            while (!closed && (cut || target == 0)) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
        if (closed) {
            throw new IOException("the relay is closed");
        }
        return target;
    }

    private synchronized void remember(Socket socket) {
        sockets.add(socket);
        if (closed) {
            closeQuietly(socket);
        }
    }

    private synchronized void forget(Socket socket) {
        sockets.remove(socket);
    }

    private synchronized Set<Socket> openSockets() {
        return Set.copyOf(sockets);
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void daemon(String name, Runnable body) {
        Thread thread = new Thread(body, name);
        thread.setDaemon(true);
        thread.start();
    }
}
