package dev.spillway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;

import dev.spillway.cli.Main;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** Runs the command line as a user does: the built jar in a JVM of its own, with the tests' classes behind it. */
public final class SpillwayCommand {
    private static final int TIMEOUT_SECONDS = 150;

    private SpillwayCommand() {}

    /**
     * How a command ended.
     *
     * @param out what it wrote to stdout
     * @param err what it wrote to stderr
     */
    public record Result(int exitCode, String out, String err) {
        /** What it wrote to stderr, without the lines of its log: they begin with a time. */
        public List<String> sentences() {
            return err.lines()
                    .filter(line -> !line.matches("\\d{4}-\\d\\d-\\d\\dT.*"))
                    .toList();
        }
    }

    /** Runs a command to its end; {@code directory} takes its output. */
    public static Result run(Path directory, String... arguments) throws IOException, InterruptedException {
        Path out = directory.resolve("stdout");
        Path err = directory.resolve("stderr");
        Process process = new ProcessBuilder(command(arguments))
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        try {
            if (!process.waitFor(TIMEOUT_SECONDS, SECONDS)) {
                throw new AssertionError("still running after " + TIMEOUT_SECONDS + " s: " + Files.readString(err));
            }
            return new Result(process.exitValue(), Files.readString(out, UTF_8), Files.readString(err, UTF_8));
        } finally {
            process.destroyForcibly();
        }
    }

    /** A command that goes on beside the test; {@code directory} takes its output. Closing it kills it. */
    public static Running start(Path directory, String... arguments) throws IOException {
        Path out = Files.createTempFile(directory, "command", ".out");
        Path err = Files.createTempFile(directory, "command", ".err");
        Process process = new ProcessBuilder(command(arguments))
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        return new Running(process, out, err);
    }

    /** A command that goes on. */
    public record Running(Process process, Path outFile, Path errFile) implements AutoCloseable {
        public String out() throws IOException {
            return Files.readString(outFile, UTF_8);
        }

        /** Waits until its standard output matches. */
        public void awaitOut(String regex) {
            Pattern pattern = Pattern.compile(regex);
            Awaitility.await("output that matches " + regex)
                    .atMost(Duration.ofSeconds(TIMEOUT_SECONDS))
                    .failFast("the command has ended", () -> !process.isAlive())
                    .until(() -> pattern.matcher(out()).find());
        }

        /** {@code kill -9}. */
        public void kill() throws InterruptedException {
            process.toHandle().destroyForcibly();
            process.waitFor();
        }

        /** Waits for its end. */
        public Result awaitExit() throws IOException, InterruptedException {
            if (!process.waitFor(TIMEOUT_SECONDS, SECONDS)) {
                throw new AssertionError("still running: " + out() + Files.readString(errFile));
            }
            return new Result(process.exitValue(), out(), Files.readString(errFile, UTF_8));
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    private static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath(),
                Main.class.getName()));
        Stream.of(arguments).forEach(command::add);
        return command;
    }

    /** The jar names its libraries itself; where the tests run from an IDE there is no jar, and all of the class path is needed. */
    private static String classPath() {
        Path product = locationOf(Main.class);
        String tests = File.pathSeparator + locationOf(SpillwayCommand.class);
        return Files.isDirectory(product) ? System.getProperty("java.class.path") + tests : product + tests;
    }

    private static Path locationOf(Class<?> type) {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
