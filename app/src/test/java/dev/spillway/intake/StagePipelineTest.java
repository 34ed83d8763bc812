package dev.spillway.intake;

import static dev.spillway.sink.Samples.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.config.BreakerConfig;
import dev.spillway.config.Settings;
import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.Crew;
import dev.spillway.flow.QueueSnapshot;
import dev.spillway.flow.ShedQueue;
import dev.spillway.flow.Signal;
import dev.spillway.flow.Time;
import dev.spillway.flow.WorkerScope;
import dev.spillway.flow.WorkerThreads;
import dev.spillway.processor.Processor;
import dev.spillway.processor.Stage;
import dev.spillway.processor.StageChain;
import dev.spillway.sink.AcknowledgingSink;
import dev.spillway.sink.Samples;
import dev.spillway.sink.SpoiledOrigins;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.MockProducer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Three stages with workers of their own behind a consumer loop, which the test drives. */
@Timeout(60)
class StagePipelineTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int RECORDS = 500;
    private static final int FIRST_CAPACITY = 8;
    private static final int INNER_CAPACITY = 2;

    @RegisterExtension
    final Crew crew = new Crew();

    private final Time time = Time.system();
    private final InputConsumer consumer = new InputConsumer();
    private final MockProducer<byte @Nullable [], byte @Nullable []> producer = Samples.producer(true);
    private final CancellationToken root = CancellationToken.root();
    private final WorkerScope scope = new WorkerScope(root, WorkerThreads.PLATFORM, time);
    private final AtomicInteger validated = new AtomicInteger();
    private final AtomicInteger enriched = new AtomicInteger();
    private final CountDownLatch goOn = new CountDownLatch(1);
    private @Nullable StageChain chain;

    @AfterEach
    void end() {
        goOn.countDown();
        if (chain != null) {
            chain.close();
        }
        scope.close();
        root.close();
    }

    private ConsumerLoop loop(Settings settings, Processor... processors) {
        chain = Chains.of(settings.withoutProcessor().config(), time, processors);
        Signal changed = new Signal(time);
        ConsumerOffsetCommitter committer = new ConsumerOffsetCommitter(consumer);
        ConsumerLoop loop = new ConsumerLoop(
                new IntakeConfig(
                        List.of("in"),
                        Duration.ofMillis(1),
                        null,
                        1 << 20,
                        false,
                        BreakerConfig.OFF,
                        Duration.ofSeconds(10)),
                consumer,
                chain,
                new AcknowledgingSink(producer, Samples.outputs(time), new SpoiledOrigins(), committer, changed::raise),
                committer,
                changed,
                scope.token(),
                time);
        loop.subscribe();
        chain.forkIn(scope);
        consumer.assignOnly(Samples.IN);
        consumer.append(Samples.IN, RECORDS);
        consumer.limitPolls(20);
        return loop;
    }

    private static Settings three() {
        return Settings.minimal()
                .with("workers", "2")
                .with("queue.capacity", Integer.toString(FIRST_CAPACITY))
                .with("stages", "validate,enrich,store")
                .with("stage.validate.processor", "identity")
                .with("stage.enrich.processor", "identity")
                .with("stage.enrich.shed.policy", "BLOCK")
                .with("stage.enrich.queue.capacity", Integer.toString(INNER_CAPACITY))
                .with("stage.store.processor", "identity")
                .with("stage.store.shed.policy", "BLOCK")
                .with("stage.store.queue.capacity", Integer.toString(INNER_CAPACITY));
    }

    private final Processor validate = (record, context) -> {
        validated.incrementAndGet();
        context.forward(bytes("validated"));
    };

    private final Processor enrich = (record, context) -> {
        enriched.incrementAndGet();
        context.forward(bytes("enriched"));
    };

    private final Processor store = (record, context) -> {
        goOn.await();
        context.forward(bytes("stored"));
    };

    private List<QueueSnapshot> queues(StageChain stages) {
        return stages.stages().stream()
                .map(Stage::queue)
                .map(ShedQueue::snapshot)
                .toList();
    }

    private static void rounds(ConsumerLoop loop, int count) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            loop.runOnce();
        }
    }

    private void awaitSettled(ConsumerLoop loop) throws InterruptedException {
        long start = time.nanoTime();
        while (consumer.commits().stream().noneMatch(offsets -> offsets.containsValue((long) RECORDS))) {
            loop.runOnce();
            assertThat(time.nanoTime() - start)
                    .as("not all is committed: %s", queues(chain()))
                    .isLessThan(PATIENCE.toNanos());
        }
    }

    private StageChain chain() {
        return Objects.requireNonNull(chain, "not assembled");
    }

    @Test
    void a_slow_last_stage_holds_back_those_before_it_and_the_intake_and_nothing_grows() throws InterruptedException {
        ConsumerLoop loop = loop(three(), validate, enrich, store);
        // Two in the last stage's hands, two before it, two more that wait for room there, and so on up to the first
        // queue.
        int between = 2 + INNER_CAPACITY + 2 + INNER_CAPACITY + 2;
        int batches = between + 3 * 64; // what workers may have taken together while records took no time
        rounds(loop, 50);
        Crew.awaitTrue("the stages do not fill", () -> isFull(loop));

        int before = validated.get();
        long consumed = loop.consumedRecords();
        rounds(loop, 100);

        assertThat(consumer.paused()).containsExactly(Samples.IN);
        assertThat(validated.get()).as("no stage goes on").isEqualTo(before);
        assertThat(loop.consumedRecords()).as("nothing more is admitted").isEqualTo(consumed);
        assertThat(consumed).isLessThanOrEqualTo(batches + FIRST_CAPACITY);
        assertThat(queues(chain()))
                .extracting(QueueSnapshot::depth)
                .containsExactly(FIRST_CAPACITY, INNER_CAPACITY, INNER_CAPACITY);
        assertThat(chain().stages().get(0).workers().status().busy())
                .as("who waits for the next stage is not busy")
                .isZero();
        assertThat(chain().stages().get(2).workers().status().busy()).isEqualTo(2);
        assertThat(producer.history()).isEmpty();

        goOn.countDown();
        awaitSettled(loop);
        assertThat(Set.copyOf(Samples.sent(producer.history()))).hasSize(RECORDS);
        assertThat(producer.history()).hasSize(RECORDS).allSatisfy(record -> {
            assertThat(record.topic()).isEqualTo("out");
            assertThat(record.value()).isEqualTo(bytes("stored"));
        });
    }

    /** Whether nothing can move any more: every queue is full, and every worker has something that it cannot get rid of. */
    private boolean isFull(ConsumerLoop loop) {
        runOnce(loop);
        if (!stageIsBusyWith(2, 2)) {
            return false; // first of all: who is in the last stage stays there
        }
        int allValidated = validated.get(); // before what was queued of them: neither count ever shrinks
        int allEnriched = enriched.get();
        List<QueueSnapshot> queues = queues(chain());
        return allValidated - queues.get(1).admitted() == 2
                && allEnriched - queues.get(2).admitted() == 2
                && stageIsBusyWith(0, 0)
                && stageIsBusyWith(1, 0)
                && queues.get(0).depth() == FIRST_CAPACITY
                && queues.get(1).depth() == INNER_CAPACITY
                && queues.get(2).depth() == INNER_CAPACITY
                && loop.status().paused() == IntakeStatus.PauseReason.QUEUE_FULL;
    }

    private boolean stageIsBusyWith(int stage, int count) {
        return chain().stages().get(stage).workers().status().busy() == count;
    }

    @Test
    void a_rendezvous_between_stages_never_holds_more_than_what_a_waiting_worker_is_about_to_take() throws Exception {
        goOn.countDown();
        Settings settings = three().with("stage.enrich.queue.capacity", "0").with("stage.store.queue.capacity", "0");
        ConsumerLoop loop = loop(settings, validate, enrich, store);

        awaitSettled(loop);

        assertThat(queues(chain()).subList(1, 3))
                .allSatisfy(queue -> assertThat(queue.highWaterMark()).isLessThanOrEqualTo(2));
        assertThat(producer.history()).hasSize(RECORDS);
    }

    @Test
    void a_stage_that_sheds_lets_those_before_it_go_on_and_every_record_has_one_outcome() throws Exception {
        ConsumerLoop loop = loop(three().with("stage.store.shed.policy", "DROP_OLDEST"), validate, enrich, store);
        Crew.awaitTrue("the last stage does not shed", () -> {
            runOnce(loop);
            return validated.get() == RECORDS && loop.consumedRecords() == RECORDS;
        });
        goOn.countDown();
        awaitSettled(loop);

        assertThat(producer.history()).hasSize(RECORDS);
        assertThat(new HashSet<>(origins())).hasSize(RECORDS);
        assertThat(producer.history())
                .filteredOn(record -> record.topic().equals("drops"))
                .hasSizeGreaterThan(RECORDS / 2)
                .allSatisfy(tombstone -> {
                    assertThat(Samples.header(tombstone, "spillway.stage")).isEqualTo("store");
                    assertThat(Samples.header(tombstone, "spillway.reason")).isEqualTo("DROP_OLDEST");
                });
        assertThat(loop.totals().committed().dropped()
                        + loop.totals().committed().processed())
                .isEqualTo(RECORDS);
    }

    private List<String> origins() {
        return producer.history().stream()
                .map(record -> Samples.header(record, "spillway.origin"))
                .toList();
    }

    private static void runOnce(ConsumerLoop loop) {
        try {
            loop.runOnce();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void partitions_that_are_given_up_take_their_records_out_of_every_stage() throws Exception {
        ConsumerLoop loop = loop(three(), validate, enrich, store);
        Crew.awaitTrue("the stages do not fill", () -> isFull(loop));

        consumer.resume(List.of(Samples.IN)); // the mock would not forget that it was paused
        consumer.lose(Samples.IN);
        runOnce(loop);
        goOn.countDown();

        Crew.awaitTrue(
                "something is left in a stage",
                () -> queues(chain()).stream().allMatch(queue -> queue.depth() == 0)
                        && chain().stages().stream()
                                .allMatch(stage -> stage.workers().status().busy() == 0));
        assertThat(producer.history()).as("nothing of an owner that lost them").isEmpty();
        assertThat(loop.totals().aborted()).isPositive();
    }

    @Test
    void only_what_lies_in_the_first_queue_is_given_back_and_the_rest_is_drained_through_all_stages() throws Exception {
        ConsumerLoop loop = loop(three(), validate, enrich, store);
        Crew.awaitTrue("the stages do not fill", () -> isFull(loop));
        assertThat(consumer.commits()).isEmpty();
        long touched = loop.consumedRecords() - queues(chain()).get(0).depth();

        int givenBack = loop.epochs().giveBack(consumer.assignment());

        assertThat(givenBack).as("what lies in the first queue").isEqualTo(FIRST_CAPACITY);
        assertThat(loop.epochs().outstanding()).as("what is in flight").isEqualTo(touched);
        goOn.countDown();
        assertThat(loop.drain(PATIENCE)).isTrue();
        assertThat(loop.commitLast(PATIENCE)).isTrue();
        assertThat(loop.totals().committed().processed()).isEqualTo(touched);
    }
}
