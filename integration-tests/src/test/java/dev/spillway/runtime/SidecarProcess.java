package dev.spillway.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.spillway.CtrlC;
import dev.spillway.Suspension;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/**
 * {@code spillway run} in a JVM of its own, from the built jar; the tests' classes lie behind it on the class path, for processors of
 * theirs. It outlives neither the test, if that closes it, nor the test's JVM.
 */
public final class SidecarProcess implements AutoCloseable {
    /** How long anything may take on a busy machine before a test gives up on it. */
    public static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final List<String> SMALL_JVM = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m");

    private final Process process;
    private final List<String> out = new CopyOnWriteArrayList<>();
    private final List<String> log = new CopyOnWriteArrayList<>();
    private final List<Thread> readers;

    private SidecarProcess(Process process) {
        this.process = process;
        this.readers = List.of(
                collect("out", process.inputReader(UTF_8), out), collect("err", process.errorReader(UTF_8), log));
    }

    static SidecarProcess start(Path config, List<String> jvmOptions) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(SMALL_JVM);
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", jar() + File.pathSeparator + testClasses(), SidecarMain.class.getName()));
        command.addAll(List.of("run", "--config", config.toString()));
        try {
            return new SidecarProcess(new ProcessBuilder(command).start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public long pid() {
        return process.pid();
    }

    /** Its standard output so far. */
    public String out() {
        return String.join("\n", out);
    }

    /** Its standard error so far. */
    public String log() {
        return String.join("\n", log);
    }

    /** How many bytes its heap holds after a full garbage collection. */
    long liveHeap() throws IOException, InterruptedException {
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(pid()),
                        "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        String histogram;
        try (BufferedReader answer = jcmd.inputReader(UTF_8)) {
            histogram = answer.lines().collect(Collectors.joining("\n"));
        }
        assertThat(jcmd.waitFor()).as(histogram).isZero();
        Matcher total = Pattern.compile("(?m)^Total +[0-9]+ +([0-9]+)$").matcher(histogram);
        return total.find() ? Long.parseLong(total.group(1)) : fail("no total in\n%s", histogram);
    }

    /** Waits until its log has a line that matches. */
    public SidecarProcess awaitLog(String regex) {
        Pattern pattern = Pattern.compile(regex);
        Awaitility.await("log line " + regex)
                .atMost(PATIENCE)
                .failFast("the process has ended", () -> !process.isAlive() && !logMatches(pattern))
                .until(() -> logMatches(pattern));
        return this;
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Tells it to end, as an init system does. */
    public void askToTerminate() {
        process.toHandle().destroy();
    }

    /** Tells it to end, as an init system does, and waits for that. */
    public int terminate() throws InterruptedException {
        askToTerminate();
        return awaitExit(PATIENCE);
    }

    /** SIGSTOP; SIGCONT when the result is closed. */
    public Suspension suspend() {
        return Suspension.of(pid());
    }

    /** Tells it to end, as Ctrl-C does, and waits for that. */
    public int interrupt() throws InterruptedException, IOException {
        CtrlC.sendTo(pid());
        return awaitExit(PATIENCE);
    }

    /** {@code kill -9}. */
    public void kill() throws InterruptedException {
        assertThat(process.isAlive()).as("still there to be killed\n%s", this).isTrue();
        process.toHandle().destroyForcibly();
        awaitExit(PATIENCE);
    }

    /** Waits until it has ended and everything that it wrote is there. */
    public int awaitExit(Duration timeout) throws InterruptedException {
        if (!process.waitFor(timeout.toSeconds(), SECONDS)) {
            fail("the process has not ended within %s\n%s", timeout, this);
        }
        for (Thread reader : readers) {
            reader.join();
        }
        return process.exitValue();
    }

    /** Ends it in order and asserts that its report says what an orderly end says. */
    public void terminateConserved() throws InterruptedException {
        assertConserved(terminate());
    }

    public void assertConserved(int exitCode) {
        assertThat(exitCode).as("exit code\n%s", this).isZero();
        assertThat(row("conserved")).as(toString()).startsWith("yes");
        assertThat(row("workers")).as(toString()).endsWith(", 0 aborted)");
    }

    /** A row of its report, without its name. */
    public String row(String name) {
        Matcher row = Pattern.compile("(?m)^" + name + " +(.*)$").matcher(out());
        return row.find() ? row.group(1) : fail("no row %s in the report\n%s", name, this);
    }

    /** A number of its report. */
    public long count(String name) {
        return Long.parseLong(row(name).replace(",", ""));
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            awaitExit(PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return "process " + pid() + "\n--- stdout\n" + out() + "\n--- stderr\n" + log();
    }

    /** Whether it has said so on standard error. */
    public boolean logMatches(Pattern pattern) {
        return log.stream().anyMatch(line -> pattern.matcher(line).find());
    }

    private static Thread collect(String name, BufferedReader source, List<String> lines) {
        Thread reader = new Thread(
                () -> {
                    try (source) {
                        source.lines().forEach(lines::add);
                    } catch (IOException | UncheckedIOException e) {
                        lines.add("(" + e + ")");
                    }
                },
                "sidecar-" + name);
        reader.setDaemon(true);
        reader.start();
        return reader;
    }

    private static Path testClasses() {
        try {
            return Path.of(SidecarProcess.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** From the module's {@code target/test-classes} to its neighbour's jar. */
    private static Path jar() {
        Path module = Objects.requireNonNull(testClasses().getParent()).getParent();
        Path jar = Objects.requireNonNull(module).resolveSibling("app/target/spillway.jar");
        assertThat(jar).as("the product, which 'mvn package' builds").exists();
        return jar;
    }
}
