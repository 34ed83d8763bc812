package dev.spillway.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The JVM of one arm, which takes orders on standard input: {@code start}, a tab, the arm's class and its settings with tabs between them;
 * then {@code stop}; and so on with the next one, so that a JVM is warm when it is measured. On standard output it tells when an arm
 * has {@code ended} and, where it is asked to, how much it has {@code moved}. A SIGTERM ends the arm, too. The JVM ends when its standard
 * input does, and so never outlives its parent.
 */
final class ArmMain {
    static final String START = "start";
    static final String STOP = "stop";
    static final String SEPARATOR = "\t";
    static final String ENDED = "ended";
    static final String MOVED = "moved ";
    /** The setting that asks for what the arm has moved. */
    static final String COUNTED = "counted";

    private static final int FAILED = 1;
    private static final int ORPHANED = 99;
    private static final long REPORT_MILLIS = 20;

    private final AtomicReference<@Nullable Running> running = new AtomicReference<>();

    private ArmMain() {}

    public static void main(String[] args) throws IOException {
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> fail(failure));
        new ArmMain().run();
    }

    @SuppressWarnings("SystemExitOutsideMain") // says how the arm ended
    private void run() throws IOException {
        Runtime.getRuntime().addShutdownHook(new Thread(this::end, "arm-end"));
        try (BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, UTF_8))) {
            for (String order = orders.readLine(); order != null; order = orders.readLine()) {
                if (order.equals(STOP)) {
                    end();
                    say(ENDED);
                } else {
                    start(Arrays.asList(order.split(SEPARATOR, -1)));
                }
            }
        }
        if (running.get() != null) {
            Runtime.getRuntime().halt(ORPHANED);
        }
        System.exit(0);
    }

    private void start(List<String> order) {
        try {
            Arm arm = Class.forName(order.get(1))
                    .asSubclass(Arm.class)
                    .getDeclaredConstructor()
                    .newInstance();
            ArmSettings settings = ArmSettings.parse(order.subList(2, order.size()));
            arm.start(settings);
            running.set(new Running(arm, settings.has(COUNTED)));
        } catch (Exception e) {
            fail(e);
        }
    }

    private void end() {
        Running current = running.getAndSet(null);
        if (current != null) {
            current.end();
        }
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    /** Not by an exit, which would wait for the arm to end in order. */
    private static void fail(Throwable failure) {
        failure.printStackTrace();
        Runtime.getRuntime().halt(FAILED);
    }

    /** An arm between its start and its end, and the thread that tells what it has moved. */
    private static final class Running {
        private final Arm arm;
        private final Thread reporter = new Thread(this::report, "arm-report");

        Running(Arm arm, boolean counted) {
            this.arm = arm;
            if (counted) {
                reporter.start();
            }
        }

        private void report() {
            try {
                while (true) {
                    say(MOVED + arm.moved());
                    TimeUnit.MILLISECONDS.sleep(REPORT_MILLIS);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // as it ends
            }
        }

        void end() {
            try {
                reporter.interrupt();
                reporter.join();
                arm.end();
            } catch (Exception e) {
                fail(e);
            }
        }
    }
}
