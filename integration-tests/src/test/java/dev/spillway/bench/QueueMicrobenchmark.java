package dev.spillway.bench;

import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Records per second that JMH's threads hand over, one by one or a hundred at a time, to one that takes them in batches. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class QueueMicrobenchmark {
    @Param({"ShedQueue", "ArrayBlockingQueue", "LinkedBlockingQueue", "MpmcArrayQueue", "Disruptor"})
    public String queue = "";

    @Param({"1", "100", "10000"})
    public int capacity;

    private final Object item = new Object();
    private final List<Object> items = Collections.nCopies(HandOver.BATCH, item);
    private HandOver handOver = HandOver.of("ArrayBlockingQueue", 1);
    private Thread taker = new Thread();

    @Setup
    public void start() {
        handOver = HandOver.of(queue, capacity);
        taker = new Thread(this::take, "taker");
        taker.start();
    }

    @TearDown
    public void stop() throws InterruptedException {
        taker.interrupt();
        taker.join();
    }

    @Benchmark
    public void single() throws InterruptedException {
        handOver.put(item);
    }

    @Benchmark
    @OperationsPerInvocation(HandOver.BATCH)
    public void batch() throws InterruptedException {
        handOver.putAll(items);
    }

    private void take() {
        try {
            handOver.takeAll();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // it is over
        }
    }
}
