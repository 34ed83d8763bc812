package dev.spillway.demo;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One node of a local cluster: a directory, and while it runs a JVM.
 *
 * <p>Not thread-safe; its cluster guards it. The JVM is ended through its {@link ProcessHandle} only, because {@link
 * Process#destroy()} also closes the pipe that tells the JVM that its parent lives.
 */
final class BrokerNode {
    private static final int STOP_SECONDS = 20;
    private static final int KILL_SECONDS = 20;

    private final BrokerDirectory directory;
    private final List<String> command;

    /** The JVM that was launched last, dead or alive; null once somebody asked for its end. */
    private @Nullable Process process;

    private boolean failed;

    /** A node that has never run, with a directory of its own. */
    BrokerNode(String clusterId, BrokerAddress self, List<BrokerAddress> cluster, BrokerSettings settings) {
        directory = BrokerDirectory.create(
                new ServerProperties(self, cluster, settings.relayPorts(), settings.properties()));
        command = command(clusterId, settings);
    }

    BrokerLog log() {
        return new BrokerLog(directory.log());
    }

    boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** The JVM's process id, or -1 if none runs. */
    long pid() {
        return process != null && process.isAlive() ? process.pid() : -1;
    }

    /** Launches the JVM and returns at once; call it only while none runs. */
    void launch() {
        noteUnaskedEnd();
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.root().toFile())
                .redirectErrorStream(true)
                .redirectOutput(Redirect.appendTo(directory.log().toFile()));
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot run " + command.get(0), e);
        }
    }

    /**
     * Lets a little time pass while the JVM starts.
     *
     * @throws BrokerFailedException if the JVM ended in that time
     */
    void pause(Duration time) throws InterruptedException {
        Process starting = Objects.requireNonNull(process, "not launched");
        if (starting.waitFor(time.toMillis(), MILLISECONDS)) {
            throw failure("The broker ended with exit code " + starting.exitValue() + " instead of starting");
        }
    }

    /** Notes that the node failed, so that its log will be kept. */
    BrokerFailedException failure(String what) {
        failed = true;
        return new BrokerFailedException(what, log());
    }

    /** Whether the JVM ended though nobody asked for it. */
    boolean hasEndedByItself() {
        return process != null && !process.isAlive();
    }

    /** Asks the JVM for an orderly end and returns at once. Does nothing if none runs. */
    void askToStop() {
        if (process != null) {
            process.toHandle().destroy();
        }
    }

    /** Ends the JVM in order, by force if that takes longer than 20 s. Does nothing if none runs. */
    void stop() {
        noteUnaskedEnd();
        if (process != null) {
            askToStop();
            process.onExit().completeOnTimeout(process, STOP_SECONDS, SECONDS).join();
            end(process);
        }
    }

    /** Ends the JVM as a crash would. Does nothing if none runs. */
    void kill() {
        noteUnaskedEnd();
        if (process != null) {
            end(process);
        }
    }

    /** Deletes the directory; what tells of a failure stays. Call it only while no JVM runs. */
    void delete() {
        if (failed) {
            directory.deleteData();
        } else {
            directory.delete();
        }
    }

    /** Deletes the directory, the traces of a failure too. Call it only while no JVM runs. */
    void deleteAll() {
        directory.delete();
    }

    @Override
    public String toString() {
        if (process != null && process.isAlive()) {
            return "process " + process.pid();
        }
        String state = process == null ? "stopped" : "ended by itself with exit code " + process.exitValue();
        return failed || hasEndedByItself() ? state + ", see " + directory.log() : state;
    }

    /** Returns when the process is gone; waiting cannot be interrupted, but after SIGKILL it is short. */
    private void end(Process running) {
        running.toHandle().destroyForcibly();
        running.onExit().orTimeout(KILL_SECONDS, SECONDS).join();
        process = null;
    }

    private void noteUnaskedEnd() {
        failed |= hasEndedByItself();
    }

    private List<String> command(String clusterId, BrokerSettings settings) {
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(settings.jvmFlags());
        line.add("-Dorg.slf4j.simpleLogger.showDateTime=true");
        line.add("-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX");
        // every start would print all configurations, four fifths of the log
        line.add("-Dorg.slf4j.simpleLogger.log.org.apache.kafka.common.config.AbstractConfig=warn");
        line.add("-cp");
        line.add(directory.launcher()
                + File.pathSeparator
                + settings.home().toAbsolutePath().resolve("*"));
        line.add(BrokerMain.class.getName());
        line.add(directory.properties().toString());
        line.add(clusterId);
        return List.copyOf(line);
    }
}
