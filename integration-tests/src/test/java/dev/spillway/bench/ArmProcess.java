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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** An arm's JVM, seen by the benchmark. For one thread. */
final class ArmProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final String name;
    private final Path log;
    private final Process process;
    private final Thread reader;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile long moved;

    private ArmProcess(String name, Path log, Process process) {
        this.name = name;
        this.log = log;
        this.process = process;
        this.reader = new Thread(this::read, "arm-reader");
    }

    /**
     * Starts an arm.
     *
     * @param log where what it says on standard error goes
     */
    static ArmProcess start(ArmSpec arm, ArmSettings settings, ChildJvm jvm, Path log) throws IOException {
        List<String> arguments = new ArrayList<>();
        arguments.add(arm.type().getName());
        arguments.addAll(settings.arguments());
        return start(arm.name(), jvm.command(ArmMain.class.getName(), arguments), log);
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

    /** How many records it says that it has moved, if it was asked to say so. */
    long moved() {
        return moved;
    }

    /** How much CPU it has used so far. */
    Duration cpu() {
        return process.toHandle().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** Fails if it has ended, or does not run any more for another reason. */
    void requireAlive() throws ArmFailedException {
        if (!process.isAlive()) {
            throw new ArmFailedException(name + " has ended with " + process.exitValue() + ", see " + log);
        }
    }

    /** Lets it end in order, and tells what it has used by then. */
    Usage stop() throws ArmFailedException, InterruptedException {
        say(ArmMain.STOP);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!ended.await(20, TimeUnit.MILLISECONDS)) {
            requireAlive();
            if (System.nanoTime() > deadline) {
                throw new ArmFailedException(name + " did not end within " + PATIENCE.toSeconds() + " s, see " + log);
            }
        }
        return usage();
    }

    /** What it has used so far. */
    Usage usage() {
        return new Usage(cpu(), PeakMemory.bytes(process.pid()));
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
            ended.countDown();
        }
    }
}
