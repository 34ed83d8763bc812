package dev.spillway.chaos;

import dev.spillway.runtime.SidecarProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How many epochs the sidecars have committed and aborted: asks each of them twice a second, and keeps the last answer of those that are
 * gone. What one of them did between the last question and its death is missing.
 */
final class EpochCounts implements AutoCloseable {
    private static final int EVERY_MILLIS = 500;
    private static final Duration TIMEOUT = Duration.ofMillis(300);
    private static final Pattern ADDRESS = Pattern.compile("health checks are at (http://\\S+)");

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
    private final Supplier<Collection<SidecarProcess>> sidecars;
    private final Map<Long, Counts> byProcess = new ConcurrentHashMap<>();
    private final Looks looks;

    private record Counts(long committed, long aborted) {}

    /** Begins at once. */
    EpochCounts(Supplier<Collection<SidecarProcess>> sidecars) {
        this.sidecars = sidecars;
        looks = new Looks("the sidecars", EVERY_MILLIS, this::look);
    }

    long committed() {
        return sum(Counts::committed);
    }

    long aborted() {
        return sum(Counts::aborted);
    }

    @Override
    public void close() {
        stop();
    }

    /** Looks no more. Idempotent. */
    void stop() {
        looks.close();
    }

    private long sum(ToLongFunction<Counts> which) {
        return byProcess.values().stream().mapToLong(which).sum();
    }

    private void look() {
        for (SidecarProcess sidecar : sidecars.get()) {
            Matcher address = ADDRESS.matcher(sidecar.log());
            if (sidecar.isAlive() && address.find()) {
                ask(sidecar.pid(), address.group(1));
            }
        }
    }

    private void ask(long pid, String address) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address + "metrics"))
                .timeout(TIMEOUT)
                .build();
        try {
            String metrics = http.send(request, BodyHandlers.ofString()).body();
            byProcess.put(
                    pid,
                    new Counts(
                            value("spillway_epochs_committed_total", metrics),
                            value("spillway_epochs_aborted_total", metrics)));
        } catch (IOException e) {
            // it is suspended, or on its way out: the last answer counts
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static long value(String name, String metrics) {
        Matcher line =
                Pattern.compile("(?m)^" + name + "(?:\\{.*})? ([0-9.E]+)$").matcher(metrics);
        return line.find() ? (long) Double.parseDouble(line.group(1)) : 0;
    }
}
