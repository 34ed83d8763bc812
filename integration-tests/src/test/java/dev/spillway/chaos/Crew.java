package dev.spillway.chaos;

import dev.spillway.Suspension;
import dev.spillway.runtime.Deployment;
import dev.spillway.runtime.SidecarProcess;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * The sidecars of one application, known by number: a number's process may be ended, and another one be started in its place under the
 * same name. Struck by one thread; others may look.
 */
final class Crew {
    private static final Duration LONG = Duration.ofSeconds(90);

    private static final int KAFKA = 3;
    private static final Pattern NAME_REFUSED = Pattern.compile("Kafka takes this instance for a second one");

    private final Deployment deployment;
    private final List<Integer> numbers;
    private final boolean named;
    private final Map<Integer, SidecarProcess> running = new ConcurrentHashMap<>();

    /** How often a sidecar that was told to end has ended with an exit code. */
    private final Map<Integer, Integer> exitCodes = new TreeMap<>();

    private int namesRefused;

    /**
     * Starts all of them.
     *
     * @param named whether each has an {@code instance.id}
     */
    Crew(Deployment deployment, List<Integer> numbers, boolean named) {
        this.deployment = deployment;
        this.numbers = numbers;
        this.named = named;
        numbers.forEach(this::start);
    }

    List<Integer> numbers() {
        return numbers;
    }

    int any(Random random) {
        return numbers.get(random.nextInt(numbers.size()));
    }

    void start(int number) {
        if (named) {
            deployment.set("instance.id", "sidecar-" + number);
        }
        running.put(number, deployment.start());
    }

    void kill(int number) throws InterruptedException {
        process(number).kill();
    }

    void askToTerminate(int number) {
        process(number).askToTerminate();
    }

    void awaitTermination(int number) throws InterruptedException {
        exitCodes.merge(process(number).awaitExit(LONG), 1, Integer::sum);
    }

    Suspension suspend(int number) {
        return process(number).suspend();
    }

    /** Those that run, or have ended last. Any thread. */
    Collection<SidecarProcess> processes() {
        return List.copyOf(running.values());
    }

    Map<Integer, Integer> exitCodes() {
        return exitCodes;
    }

    /** Ends all of them in order. */
    void terminateConserved() throws InterruptedException {
        for (int number : numbers) {
            process(number).terminateConserved();
        }
    }

    /**
     * Fails if any has ended: to be asked while nobody has asked for it. But Kafka holds a member's own name against it when its answer to
     * the member's joining gets lost (apache/kafka#23542), which ends its consumer; then a sidecar is started again, as its supervisor would.
     */
    void requireAlive() throws InterruptedException {
        for (int number : numbers) {
            SidecarProcess process = process(number);
            if (!process.isAlive()) {
                boolean refused = named && process.logMatches(NAME_REFUSED) && process.awaitExit(LONG) == KAFKA;
                if (!refused) {
                    throw new AssertionError("sidecar " + number + " has ended though nobody asked for it\n" + process);
                }
                namesRefused++;
                start(number);
            }
        }
    }

    /** How often one was started again because Kafka held its name against it. */
    int namesRefused() {
        return namesRefused;
    }

    private SidecarProcess process(int number) {
        SidecarProcess process = running.get(number);
        if (process == null) {
            throw new IllegalArgumentException("no sidecar " + number);
        }
        return process;
    }
}
