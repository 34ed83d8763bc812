package dev.spillway.processor;

import static dev.spillway.sink.Samples.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.config.Ordering;
import dev.spillway.config.Settings;
import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.Crew;
import dev.spillway.flow.ManualTime;
import dev.spillway.flow.WorkerScope;
import dev.spillway.flow.WorkerThreads;
import dev.spillway.sink.DeliveryLine;
import dev.spillway.sink.Samples;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StageChainTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final ManualTime time = new ManualTime();
    private final DeliveryLine line = new DeliveryLine(time);
    private final CancellationToken token = CancellationToken.root();
    private final WorkerScope scope = new WorkerScope(token, WorkerThreads.PLATFORM, time);
    private final Settings settings = Settings.minimal()
            .with("workers", "1")
            .with("retry.max.retries", "0")
            .with("processing.timeout.ms", "1000")
            .with("stages", "first,second")
            .with("stage.first.processor", "identity")
            .with("stage.second.processor", "identity")
            .with("stage.second.shed.policy", "BLOCK")
            .withoutProcessor();

    @AfterEach
    void end() {
        scope.close();
        token.close();
    }

    private StageChain chain(Processor first, Processor second) {
        return StageChain.of(
                settings.config().stages(),
                List.of(Work.of(first), Work.of(second)),
                Ordering.UNORDERED,
                new CpuPool(1), // without a thread until somebody computes
                line.spoiled(),
                time,
                new Random(1));
    }

    @Test
    void in_every_stage_an_attempt_that_takes_too_long_is_interrupted() {
        AtomicInteger stuck = new AtomicInteger();
        CountDownLatch never = new CountDownLatch(1);
        Processor forever = (record, context) -> {
            stuck.incrementAndGet();
            never.await();
        };
        StageChain chain = chain(
                (record, context) -> {
                    if (record.offset() == 0) {
                        context.forward(record.value());
                    } else {
                        forever.process(record, context);
                    }
                },
                forever);
        chain.firstQueue().tryOffer(line.next());
        chain.firstQueue().tryOffer(line.next());
        chain.forkIn(scope);
        Crew.awaitTrue("not both stages are stuck", () -> stuck.get() == 2);

        chain.interruptOverdue();
        time.advance(Duration.ofSeconds(1));
        chain.interruptOverdue();

        Crew.awaitTrue("not both are given up", () -> line.ledger().settled() == 2);
        chain.close();
        assertThat(scope.join(PATIENCE, PATIENCE).isClean()).isTrue();
        assertThat(line.sent())
                .extracting(sent -> Samples.header(sent, "spillway.stage"))
                .containsExactlyInAnyOrder("first", "second");
    }

    @Test
    void what_is_forwarded_has_to_fit_into_the_queue_of_the_stage_that_it_is_forwarded_to()
            throws InterruptedException {
        settings.with("stage.second.queue.capacity.bytes", "10");
        StageChain chain = chain((record, context) -> context.forward(bytes("8 bytes!")), (record, context) -> {});

        chain.stages().get(0).workers().workOn(List.of(line.next()), token);

        assertThat(line.sent())
                .singleElement()
                .satisfies(sent ->
                        assertThat(Samples.header(sent, "spillway.stage")).isEqualTo("second"));
    }
}
