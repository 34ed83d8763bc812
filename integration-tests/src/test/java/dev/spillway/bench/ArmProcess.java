package dev.spillway.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** An arm's JVM, seen by the benchmark; it may have the arm work several times, one after the other. For one thread. */
final class ArmProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final String name;
    private final Path log;
    private final Process process;
    private final Thread reader;
    private final Semaphore ended = new Semaphore(0);
    private volatile long moved;
    private int turns;
    private Duration cpuBefore = Duration.ZERO;

    private ArmProcess(String name, Path log, Process process) {
        this.name = name;
        this.log = log;
        this.process = process;
        this.reader = new Thread(this::read, "arm-reader");
    }

    /**
     * Starts the JVM for an arm, which does nothing yet.
     *
     * @param name the arm's
     * @param log where what it says on standard error goes
     */
    static ArmProcess start(String name, ChildJvm jvm, Path log) throws IOException {
        return start(name, jvm.command(ArmMain.class.getName(), List.of()), log);
    }

    /** Starts something else, which only a signal can end. */
    static ArmProcess start(String name, List<String> command, Path log) throws IOException {
        ArmProcess arm = new ArmProcess(
                name,
                log,
                new ProcessBuilder(command).redirectError(log.toFile()).start());
        arm.reader.start();
        return arm;
    }

    /** Whether no arm has worked in it yet. */
    boolean isFresh() {
        return turns == 0;
    }

    /** Has an arm work, until it is told to {@linkplain #stop stop}. */
    void begin(ArmSpec arm, ArmSettings settings) throws ArmFailedException {
        turns++;
        moved = 0;
        cpuBefore = cpu();
        PeakMemory.reset(process.pid());
        List<String> order = new ArrayList<>(List.of(ArmMain.START, arm.type().getName()));
        order.addAll(settings.arguments());
        say(String.join(ArmMain.SEPARATOR, order));
    }

    /** How many records it says that it has moved, if it was asked to say so. */
    long moved() {
        return moved;
    }

    /** How much CPU the JVM has used so far. */
    Duration cpu() {
        return process.toHandle().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** Fails if it has ended, or does not run any more for another reason. */
    void requireAlive() throws ArmFailedException {
        if (!process.isAlive()) {
            throw new ArmFailedException(name + " has ended with " + process.exitValue() + ", see " + log);
        }
    }

    /** Lets the arm end in order, and tells what it has used. */
    Usage stop() throws ArmFailedException, InterruptedException {
        say(ArmMain.STOP);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!ended.tryAcquire(20, TimeUnit.MILLISECONDS)) {
            requireAlive();
            if (System.nanoTime() > deadline) {
                throw new ArmFailedException(name + " did not end within " + PATIENCE.toSeconds() + " s, see " + log);
            }
        }
        return usage();
    }

    /** What the arm has used so far. */
    Usage usage() {
        return new Usage(cpu().minus(cpuBefore), PeakMemory.bytes(process.pid()));
    }

    /** Tells it to end, as an init system does, and waits for that. */
    void terminate() throws ArmFailedException, InterruptedException {
        process.toHandle().destroy();
        if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new ArmFailedException(
                    name + " did not end within " + PATIENCE.toSeconds() + " s of a SIGTERM, see " + log);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
            reader.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void say(String order) throws ArmFailedException {
        try {
            BufferedWriter orders = process.outputWriter(UTF_8);
            orders.write(order);
            orders.newLine();
            orders.flush();
        } catch (IOException e) {
            throw new ArmFailedException(name + " has ended before it was told to, see " + log);
        }
    }

    private void read() {
        try (BufferedReader lines = process.inputReader(UTF_8)) {
            lines.lines().forEach(this::hear);
        } catch (IOException | UncheckedIOException e) {
            // the process was killed; whoever waits for it notices
        }
    }

    private void hear(String line) {
        if (line.startsWith(ArmMain.MOVED)) {
            moved = Long.parseLong(line.substring(ArmMain.MOVED.length()));
        } else if (line.equals(ArmMain.ENDED)) {
            ended.release();
        }
    }
}
