package dev.spillway;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.common.protocol.ApiKeys;
import org.jspecify.annotations.Nullable;

/**
 * A network between clients and one broker that a test can cut: a TCP proxy on the loopback interface.
 *
 * <p>While it is {@linkplain #cut cut} nothing comes through, in either direction, and nobody is told: connections stay, new ones are
 * accepted, and what is sent into them arrives after the {@linkplain #mend mending}, as TCP has it. It knows just enough of Kafka's
 * protocol, a length and the number of the kind of request, to be cut {@linkplain #cutBefore at} one. Thread-safe.
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

    /** The kind of request that it is to be cut at; null for none. */
    @GuardedBy("this")
    private @Nullable ApiKeys trigger;

    /** Whether that request still passes. */
    @GuardedBy("this")
    private boolean triggerPasses;

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

    /** Is cut as soon as such a request comes, which does not get through any more. */
    public synchronized void cutBefore(ApiKeys request) {
        trigger = request;
        triggerPasses = false;
    }

    /** Is cut as soon as such a request has come through; its answer does not. */
    public synchronized void cutAfter(ApiKeys request) {
        trigger = request;
        triggerPasses = true;
    }

    public synchronized boolean isCut() {
        return cut;
    }

    /** Lets everything through again, what was sent in the meantime first, and waits for no request any more. */
    public synchronized void mend() {
        cut = false;
        trigger = null;
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
            daemon("relay-" + port() + "-out", () -> passAnswers(broker, client));
            passRequests(client, broker);
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
    private void passRequests(Socket client, Socket broker) {
        try (client;
                broker) {
            DataInputStream in = new DataInputStream(client.getInputStream());
            DataOutputStream out = new DataOutputStream(new BufferedOutputStream(broker.getOutputStream()));
            while (true) {
                byte[] request = in.readNBytes(in.readInt());
                boolean cutBehind = meet(ApiKeys.forId(ByteBuffer.wrap(request).getShort()));
                if (!cutBehind) {
                    awaitPassage();
                }
                out.writeInt(request.length);
                out.write(request);
                out.flush();
            }
        } catch (IOException e) {
            // that is how a connection ends when its other side is gone
        } finally {
            forget(client);
        }
    }

    /** Returns when either side has ended, and ends the other. */
    private void passAnswers(Socket broker, Socket client) {
        try (broker;
                client) {
            InputStream in = broker.getInputStream();
            OutputStream out = client.getOutputStream();
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                awaitPassage();
                out.write(buffer, 0, count);
            }
        } catch (IOException e) {
            // as above
        } finally {
            forget(broker);
        }
    }

    /** Cuts if that is what such a request was to do; returns whether this one passes nevertheless. */
    private synchronized boolean meet(ApiKeys request) {
        if (request != trigger || cut) {
            return false;
        }
        cut = true;
        return triggerPasses;
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
