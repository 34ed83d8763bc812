package dev.spillway.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.security.CodeSource;

/**
 * An HTTP service on this machine, in a JVM of its own, that takes the demo's records: see {@link ServiceMain}. It listens on a
 * loopback port and never outlives this process, not even one that is killed. For one thread.
 */
final class LocalService implements AutoCloseable {
    private static final int END_SECONDS = 20;

    private final Process process;
    private final URI url;

    private LocalService(Process process, URI url) {
        this.process = process;
        this.url = url;
    }

    /**
     * Starts a service and returns when it listens.
     *
     * @param workMillis how long it takes for a record
     * @throws UncheckedIOException when it does not start
     */
    static LocalService start(long workMillis) {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        // or else each answer waits 40 ms for the acknowledgement of its headers
                        "-Dsun.net.httpserver.nodelay=true",
                        "-cp",
                        code().toString(),
                        ServiceMain.class.getName(),
                        Long.toString(workMillis))
                .redirectError(Redirect.INHERIT);
        try {
            Process process = builder.start();
            return new LocalService(process, URI.create("http://127.0.0.1:" + port(process) + "/"));
        } catch (IOException e) {
            throw new UncheckedIOException("The service did not start", e);
        }
    }

    /** Where it listens. */
    URI url() {
        return url;
    }

    /** Its process id. */
    long pid() {
        return process.pid();
    }

    /** Ends it, through its {@link ProcessHandle}, and returns when it is gone. */
    @Override
    public void close() {
        end(process);
    }

    private static String port(Process process) throws IOException {
        BufferedReader output = process.inputReader(UTF_8);
        String port = output.readLine();
        if (port == null || !port.matches("[0-9]+")) {
            end(process);
            throw new IOException("it ended instead, or said '" + port + "'");
        }
        return port;
    }

    private static void end(Process process) {
        process.toHandle().destroy();
        process.onExit().completeOnTimeout(process, END_SECONDS, SECONDS).join();
        process.toHandle().destroyForcibly();
        process.onExit().orTimeout(END_SECONDS, SECONDS).join();
    }

    /** The jar or the directory with these classes; the service needs no library. */
    private static Path code() {
        CodeSource source = ServiceMain.class.getProtectionDomain().getCodeSource();
        try {
            return Path.of(source.getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException("Not a path: " + source.getLocation(), e);
        }
    }
}
