package dev.spillway.processor;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import dev.spillway.config.SpillwayConfig;
import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.Time;
import dev.spillway.flow.WorkerScope;
import dev.spillway.flow.WorkerThreads;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long an io job takes while a flood of cpu jobs computes: in the pool, and in the workers' own threads, beside an idle machine. The
 * arms take turns in one run. No broker: what is measured is the processor under workers. Its service is in this process, so it
 * suffers from the flood, too. That the flood cannot take more than the cores is tested by {@code CpuFloodTest}; this only says what
 * that is worth.
 */
public final class CpuFloodBenchmark {
    private static final int ROUNDS = Integer.getInteger("bench.rounds", 5);
    private static final int FETCHES = 50;
    private static final int WARM_UP = 2000;
    private static final int CORES = Runtime.getRuntime().availableProcessors();
    private static final int FLOOD = 16 * CORES;
    private static final String ENDLESS = "{\"id\": 1, \"type\": \"cpu\", \"iterations\": " + Long.MAX_VALUE + "}";

    private enum Arm {
        IDLE,
        SMALLER_POOL,
        POOL,
        NO_POOL
    }

    private final JobProcessor processor;
    private final String fetch;
    private final CpuPool pool = new CpuPool(CORES);
    private final CpuPool smallerPool = new CpuPool(Math.max(1, CORES - 1));

    private CpuFloodBenchmark(JobProcessor processor, int port) {
        this.processor = processor;
        this.fetch = "{\"id\": 2, \"type\": \"io\", \"url\": \"http://127.0.0.1:" + port + "/\"}";
    }

    /** Prints a table. */
    public static void main(String[] args) throws Exception {
        System.setProperty("sun.net.httpserver.nodelay", "true"); // or each answer waits for an acknowledgement
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        ExecutorService threads = Executors.newCachedThreadPool();
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(200, 5);
                exchange.getResponseBody().write("hello".getBytes(UTF_8));
            }
        });
        server.start();
        SpillwayConfig config = new SpillwayConfig(Map.of(
                "application.id", "bench",
                "bootstrap.servers", "localhost:9092",
                "input.topics", "in",
                "output.topic", "out",
                "drop.topic", "drops",
                "shed.policy", "BLOCK",
                "processor", "job"));
        IoJob io = new IoJob(config.ioAllowedHosts(), config.http(), Time.system());
        try (JobProcessor processor = new JobProcessor(io, Time.system())) {
            CpuFloodBenchmark benchmark =
                    new CpuFloodBenchmark(processor, server.getAddress().getPort());
            benchmark.run();
            benchmark.pool.close();
            benchmark.smallerPool.close();
        } finally {
            server.stop(0);
            threads.shutdownNow();
        }
    }

    private void run() throws Exception {
        fetch(WARM_UP);
        Map<Arm, long[]> times = new EnumMap<>(Arm.class);
        for (int round = 0; round < ROUNDS; round++) {
            for (Arm arm : Arm.values()) {
                long[] all = times.computeIfAbsent(arm, unused -> new long[ROUNDS * FETCHES]);
                System.arraycopy(measure(arm), 0, all, round * FETCHES, FETCHES);
            }
        }
        print("io jobs beside %d cpu jobs on %d cores, in ms", FLOOD, CORES);
        print("%-28s %8s %8s %8s", "", "median", "p99", "most");
        times.forEach((arm, sorted) -> {
            Arrays.sort(sorted);
            print(
                    "%-28s %8.2f %8.2f %8.2f",
                    switch (arm) {
                        case IDLE -> "nothing computes";
                        case SMALLER_POOL -> "a core is left to others";
                        case POOL -> "they compute in the pool";
                        case NO_POOL -> "they compute in the workers";
                    },
                    millis(sorted[sorted.length / 2]),
                    millis(sorted[sorted.length * 99 / 100]),
                    millis(sorted[sorted.length - 1]));
        });
    }

    private long[] measure(Arm arm) throws Exception {
        try (WorkerScope flood = new WorkerScope(CancellationToken.root(), WorkerThreads.PLATFORM, Time.system())) {
            for (int i = 0; arm != Arm.IDLE && i < FLOOD; i++) {
                flood.fork("flood-" + i, unused -> processor.process(new Job(ENDLESS), new Context(poolOf(arm))));
            }
            return fetch(FETCHES);
        }
    }

    private @Nullable CpuPool poolOf(Arm arm) {
        return switch (arm) {
            case SMALLER_POOL -> smallerPool;
            case POOL -> pool;
            default -> null;
        };
    }

    private long[] fetch(int count) throws Exception {
        long[] times = new long[count];
        for (int i = 0; i < count; i++) {
            long start = System.nanoTime();
            processor.process(new Job(fetch), new Context(pool));
            times[i] = System.nanoTime() - start;
        }
        return times;
    }

    private static double millis(long nanos) {
        return nanos / (double) TimeUnit.MILLISECONDS.toNanos(1);
    }

    private static void print(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }

    private static final class Context implements ProcessorContext {
        private final @Nullable CpuPool cpuPool;

        Context(@Nullable CpuPool cpuPool) {
            this.cpuPool = cpuPool;
        }

        @Override
        public void forward(byte @Nullable [] value) {}

        @Override
        public void forward(byte @Nullable [] key, byte @Nullable [] value) {}

        @Override
        public void forward(byte @Nullable [] key, byte @Nullable [] value, Headers headers) {}

        @Override
        public void resumeAfter(Duration pause) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Duration paused() {
            return Duration.ZERO;
        }

        @Override
        public CancellationToken cancellation() {
            return CancellationToken.root();
        }

        @Override
        public <T extends @Nullable Object> T cpuBound(Callable<T> work) throws Exception {
            return cpuPool == null ? work.call() : cpuPool.run(work);
        }

        @Override
        public Logger logger() {
            return LoggerFactory.getLogger(CpuFloodBenchmark.class);
        }
    }

    private static final class Job implements InputRecord {
        private final byte[] value;

        Job(String text) {
            value = text.getBytes(UTF_8);
        }

        @Override
        public byte @Nullable [] key() {
            return null;
        }

        @Override
        public byte @Nullable [] value() {
            return value;
        }

        @Override
        public Headers headers() {
            return new RecordHeaders();
        }

        @Override
        public String topic() {
            return "in";
        }

        @Override
        public int partition() {
            return 0;
        }

        @Override
        public long offset() {
            return 0;
        }

        @Override
        public long timestamp() {
            return 0;
        }

        @Override
        public int attempt() {
            return 1;
        }
    }
}
