package dev.spillway.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The JVM of one arm. It tells on standard output when it has {@code started} and {@code ended}, and where it is asked to, how much it has
 * {@code moved}; it ends the arm when it reads {@code stop} or is sent a SIGTERM, and ends when its standard input does: its
 * parent looks at the process once more in between, and it never outlives its parent.
 */
final class ArmMain {
    static final String STARTED = "started";
    static final String ENDED = "ended";
    static final String MOVED = "moved ";
    static final String STOP = "stop";
    /** The setting that asks for what the arm has moved. */
    static final String COUNTED = "counted";

    private static final int FAILED = 1;
    private static final int ORPHANED = 99;
    private static final long REPORT_MILLIS = 20;

    private final Arm arm;
    private final AtomicBoolean ended = new AtomicBoolean();

    private ArmMain(Arm arm) {
        this.arm = arm;
    }

    /** The arm's class, then its settings. */
    public static void main(String[] args) throws Exception {
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> fail(failure));
        Arm arm = Class.forName(args[0])
                .asSubclass(Arm.class)
                .getDeclaredConstructor()
                .newInstance();
        new ArmMain(arm).run(ArmSettings.parse(Arrays.asList(args).subList(1, args.length)));
    }

    @SuppressWarnings("SystemExitOutsideMain") // says how the arm ended
    private void run(ArmSettings settings) throws Exception {
        Runtime.getRuntime().addShutdownHook(new Thread(this::endArm, "arm-end"));
        arm.start(settings);
        say(STARTED);
        if (settings.has(COUNTED)) {
            startReporter();
        }
        try (BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, UTF_8))) {
            if (!STOP.equals(orders.readLine())) {
                Runtime.getRuntime().halt(ORPHANED);
            }
            endArm();
            say(ENDED);
            orders.readLine();
        }
        System.exit(0);
    }

    private void startReporter() {
        Thread reporter = new Thread(this::report, "arm-report");
        reporter.setDaemon(true);
        reporter.start();
    }

    private void report() {
        try {
            while (!ended.get()) {
                say(MOVED + arm.moved());
                TimeUnit.MILLISECONDS.sleep(REPORT_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void endArm() {
        if (ended.compareAndSet(false, true)) {
            try {
                arm.end();
            } catch (Exception e) {
                fail(e);
            }
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
}
