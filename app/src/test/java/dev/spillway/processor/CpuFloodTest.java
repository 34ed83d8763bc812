package dev.spillway.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.spillway.config.Settings;
import dev.spillway.config.SpillwayConfig;
import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.PassingTime;
import dev.spillway.flow.Time;
import dev.spillway.flow.WorkerScope;
import dev.spillway.flow.WorkerThreads;
import dev.spillway.sink.Samples;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/**
 * A flood of cpu jobs leaves cores to the jobs that wait for something else. What an io job's time depends on is how many threads it
 * has to share the cores with, so that is what is counted, and times are not: a busy machine can make no difference. The cpu jobs are
 * endless, so whatever gets done in these tests was not waiting for one of them.
 */
@Timeout(60)
class CpuFloodTest {
    private static final int CORES = Runtime.getRuntime().availableProcessors();
    private static final int FLOOD = 8 * CORES;
    private static final int FETCHES = 50;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String ENDLESS = "{\"id\": 1, \"type\": \"cpu\", \"iterations\": " + Long.MAX_VALUE + "}";

    private final CancellationToken token = CancellationToken.root();
    private final CpuPool pool = new CpuPool(CORES);
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger computing = new AtomicInteger();
    private final AtomicInteger mostComputing = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();

    @SuppressWarnings("NullAway.Init")
    private TestService service;

    @SuppressWarnings("NullAway.Init")
    private JobProcessor processor;

    @BeforeEach
    void start() throws IOException {
        service = new TestService().answering(200, "hello");
        SpillwayConfig config = Settings.minimal().with("processor", "job").config();
        processor = new JobProcessor(new IoJob(config.ioAllowedHosts(), config.http(), Time.system()), Time.system());
    }

    @AfterEach
    void stop() {
        processor.close();
        service.close();
        pool.close();
    }

    /** Counts who computes; in the pool, or where it was asked for. */
    private final class CountingContext extends CollectingContext {
        private final boolean pooled;

        CountingContext(boolean pooled) {
            this.pooled = pooled;
        }

        @Override
        public <T extends @Nullable Object> T cpuBound(Callable<T> work) throws Exception {
            begun.incrementAndGet();
            return pooled ? pool.run(() -> counted(work)) : counted(work);
        }

        private <T extends @Nullable Object> T counted(Callable<T> work) throws Exception {
            mostComputing.accumulateAndGet(computing.incrementAndGet(), Math::max);
            try {
                return work.call();
            } finally {
                computing.decrementAndGet();
                ended.incrementAndGet();
            }
        }
    }

    /** Ends with the scope, which interrupts it. */
    private void flood(WorkerScope scope, boolean pooled) {
        for (int i = 0; i < FLOOD; i++) {
            scope.fork("flood-" + i, unused -> process(ENDLESS, new CountingContext(pooled)));
        }
    }

    private void process(String job, ProcessorContext context) throws InterruptedException {
        try {
            processor.process(new SampleRecord().withValue(Samples.bytes(job)), context);
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void fetch() throws InterruptedException {
        CollectingContext context = new CollectingContext();
        process("{\"id\": 2, \"type\": \"io\", \"url\": \"" + service.url("/") + "\"}", context);
        assertThat(context.forwarded()).hasSize(1);
    }

    @Test
    void however_many_cpu_jobs_there_are_no_more_compute_at_once_than_there_are_cores() throws Exception {
        try (WorkerScope scope = new WorkerScope(token, WorkerThreads.PLATFORM, Time.system())) {
            flood(scope, true);
            await().atMost(PATIENCE).until(() -> begun.get() == FLOOD && computing.get() == CORES);

            for (int i = 0; i < FETCHES; i++) {
                fetch();
            }

            assertThat(service.requests()).as("done beside the flood").hasSize(FETCHES);
            assertThat(ended).hasValue(0);
            assertThat(mostComputing).as("threads to share the cores with").hasValue(CORES);
        }
    }

    @Test
    void a_delay_begins_and_ends_beside_a_flood() throws Exception {
        try (WorkerScope scope = new WorkerScope(token, WorkerThreads.PLATFORM, Time.system())) {
            flood(scope, true);
            await().atMost(PATIENCE).until(() -> computing.get() == CORES);

            PassingTime time = new PassingTime();
            SpillwayConfig config = Settings.minimal().with("processor", "job").config();
            CollectingContext context = new CollectingContext();
            try (JobProcessor delays =
                    new JobProcessor(new IoJob(config.ioAllowedHosts(), config.http(), time), time)) {
                for (int step = 0; step < 2; step++) {
                    delays.process(
                            new SampleRecord()
                                    .withValue(Samples.bytes("{\"id\": 3, \"type\": \"delay\", \"millis\": 20}")),
                            context);
                }
            }

            assertThat(context.forwarded()).singleElement().asString().contains("\"durationMicros\":20000,");
            assertThat(ended).hasValue(0);
        }
    }

    @Test
    void without_the_pool_all_of_them_compute_at_once() throws Exception {
        try (WorkerScope scope = new WorkerScope(token, WorkerThreads.PLATFORM, Time.system())) {
            flood(scope, false);

            await().atMost(PATIENCE).until(() -> computing.get() == FLOOD);
        }
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void virtual_workers_fetch_beside_a_flood() throws Exception {
        CountDownLatch fetched = new CountDownLatch(FETCHES);
        try (WorkerScope scope = new WorkerScope(token, WorkerThreads.VIRTUAL, Time.system())) {
            flood(scope, true);
            await().atMost(PATIENCE).until(() -> begun.get() == FLOOD && computing.get() == CORES);

            for (int i = 0; i < FETCHES; i++) {
                scope.fork("io-" + i, unused -> {
                    fetch();
                    fetched.countDown();
                });
            }

            assertThat(fetched.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(ended).hasValue(0);
        }
    }

    /** The flood holds every carrier: until one of its jobs ends, no fetch begins, though another thread does fifty meanwhile. */
    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void without_the_pool_virtual_workers_fetch_nothing_until_a_cpu_job_has_ended() throws Exception {
        AtomicInteger endedBefore = new AtomicInteger(-1);
        CountDownLatch fetched = new CountDownLatch(1);
        try (WorkerScope scope = new WorkerScope(token, WorkerThreads.VIRTUAL, Time.system());
                WorkerScope waiting = new WorkerScope(CancellationToken.root(), WorkerThreads.VIRTUAL, Time.system())) {
            flood(scope, false);
            await().atMost(PATIENCE).until(() -> computing.get() == CORES);

            waiting.fork("io", unused -> {
                endedBefore.set(ended.get());
                fetch();
                fetched.countDown();
            });
            for (int i = 0; i < FETCHES; i++) {
                fetch();
            }
            assertThat(endedBefore).hasValue(-1);

            scope.join(Duration.ZERO, PATIENCE);
            assertThat(fetched.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(endedBefore.get()).isPositive();
            waiting.join(PATIENCE, PATIENCE);
        }
    }
}
