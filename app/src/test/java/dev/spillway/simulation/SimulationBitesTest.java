package dev.spillway.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.config.Guarantee;
import dev.spillway.flow.ShedPolicies;
import dev.spillway.flow.ShedPolicy;
import dev.spillway.flow.ShedQueue;
import dev.spillway.ledger.Outcome;
import dev.spillway.ledger.SettledTwiceException;
import dev.spillway.sink.Delivery;
import dev.spillway.sink.Piece;
import dev.spillway.sink.Publisher;
import dev.spillway.sink.Sink;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntPredicate;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Bugs that are planted between the parts are found, each by one of the first runs. */
@SuppressWarnings("FutureReturnValueIgnored") // what stands before another passes on what it was asked
class SimulationBitesTest {
    private static final int MOST_SEEDS = 600;

    private static boolean everyKind(int kind) {
        return kind < Scenario.KINDS;
    }

    private static boolean exactlyOnce(int kind) {
        return Scenario.guaranteeOf(kind) == Guarantee.EXACTLY_ONCE_V2;
    }

    private static boolean atLeastOnce(int kind) {
        return !exactlyOnce(kind);
    }

    private static void isFound(Plant bug, IntPredicate kinds) {
        Optional<Search.Find> find = Search.of(bug).first(MOST_SEEDS, kinds);
        assertThat(find).as("a seed that breaks something").isPresent();
        String name = StackWalker.getInstance()
                .walk(frames -> frames.skip(1).findFirst().orElseThrow().getMethodName());
        System.out.println(name + ": run " + find.orElseThrow().tried() + ", seed "
                + find.orElseThrow().seed() + ", " + find.orElseThrow().what());
    }

    // ---- commits

    @Test
    void a_commit_before_the_join() {
        isFound(
                new Plant() {
                    @Override
                    public Sink sink(Sink sink, Consumer<byte @Nullable [], byte @Nullable []> consumer) {
                        return committing(sink, offsets -> upToPosition(offsets, consumer));
                    }
                },
                SimulationBitesTest::everyKind);
    }

    private static Map<TopicPartition, OffsetAndMetadata> upToPosition(
            Map<TopicPartition, OffsetAndMetadata> offsets, Consumer<?, ?> consumer) {
        Map<TopicPartition, OffsetAndMetadata> further = new HashMap<>(offsets);
        offsets.keySet().stream()
                .filter(consumer.assignment()::contains)
                .forEach(partition ->
                        further.put(partition, new OffsetAndMetadata(consumer.position(partition, Duration.ZERO))));
        return further;
    }

    @Test
    void an_offset_that_is_one_too_high() {
        isFound(offsetsMoved(offset -> offset + 1), SimulationBitesTest::everyKind);
    }

    @Test
    void an_offset_that_is_one_too_low() {
        isFound(offsetsMoved(offset -> Math.max(0, offset - 1)), SimulationBitesTest::exactlyOnce);
    }

    private static Plant offsetsMoved(LongUnaryOperator move) {
        return new Plant() {
            @Override
            public Sink sink(Sink sink, Consumer<byte @Nullable [], byte @Nullable []> consumer) {
                return committing(sink, offsets -> {
                    Map<TopicPartition, OffsetAndMetadata> moved = new HashMap<>();
                    offsets.forEach((partition, offset) ->
                            moved.put(partition, new OffsetAndMetadata(move.applyAsLong(offset.offset()))));
                    return moved;
                });
            }
        };
    }

    private interface OffsetChange {
        Map<TopicPartition, OffsetAndMetadata> apply(Map<TopicPartition, OffsetAndMetadata> offsets);
    }

    private static Sink committing(Sink sink, OffsetChange change) {
        return Standing.before(
                sink,
                Sink.class,
                "commit",
                3,
                arguments -> sink.commit(
                        (Publisher) arguments[0], change.apply(offsets(arguments[1])), (ConsumerGroupMetadata)
                                arguments[2]));
    }

    @SuppressWarnings("unchecked")
    private static Map<TopicPartition, OffsetAndMetadata> offsets(Object argument) {
        return (Map<TopicPartition, OffsetAndMetadata>) argument;
    }

    @Test
    void epochs_that_commit_in_the_wrong_order() {
        isFound(
                new Plant() {
                    @Override
                    public Sink sink(Sink sink, Consumer<byte @Nullable [], byte @Nullable []> consumer) {
                        Deque<Runnable> held = new ArrayDeque<>();
                        return Standing.before(sink, Sink.class, "commit", 3, arguments -> {
                            Runnable commit = () ->
                                    sink.commit((Publisher) arguments[0], offsets(arguments[1]), (ConsumerGroupMetadata)
                                            arguments[2]);
                            if (held.isEmpty()) {
                                held.add(commit);
                            } else {
                                commit.run();
                                held.remove().run();
                            }
                            return CompletableFuture.completedFuture(null);
                        });
                    }
                },
                SimulationBitesTest::atLeastOnce);
    }

    @Test
    void the_next_epochs_transaction_that_commits_first() {
        isFound(
                new Plant() {
                    @Override
                    public Sink sink(Sink sink, Consumer<byte @Nullable [], byte @Nullable []> consumer) {
                        Deque<Publisher> opened = new ArrayDeque<>();
                        Sink opening = Standing.before(sink, Sink.class, "open", 0, arguments -> {
                            opened.add(sink.open());
                            return opened.getLast();
                        });
                        return Standing.before(
                                opening,
                                Sink.class,
                                "commit",
                                3,
                                arguments -> sink.commit(
                                        opened.getLast(), offsets(arguments[1]), (ConsumerGroupMetadata) arguments[2]));
                    }
                },
                SimulationBitesTest::exactlyOnce);
    }

    // ---- the group

    @Test
    void a_commit_of_lost_partitions() {
        isFound(
                rebalancing((listener, partitions) -> {}, ConsumerRebalanceListener::onPartitionsRevoked),
                SimulationBitesTest::everyKind);
    }

    @Test
    void partitions_that_are_given_up_as_if_they_were_not() {
        isFound(
                rebalancing(ConsumerRebalanceListener::onPartitionsLost, (listener, partitions) -> {}),
                SimulationBitesTest::everyKind);
    }

    private interface Told {
        void of(ConsumerRebalanceListener listener, Collection<TopicPartition> partitions);
    }

    private static Plant rebalancing(Told lost, Told revoked) {
        return new Plant() {
            @Override
            public Consumer<byte @Nullable [], byte @Nullable []> consumer(
                    Consumer<byte @Nullable [], byte @Nullable []> consumer) {
                return standingBefore(consumer, "subscribe", 2, arguments -> {
                    ConsumerRebalanceListener listener = (ConsumerRebalanceListener) arguments[1];
                    consumer.subscribe(List.of("in"), new ConsumerRebalanceListener() {
                        @Override
                        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                            listener.onPartitionsAssigned(partitions);
                        }

                        @Override
                        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                            revoked.of(listener, partitions);
                        }

                        @Override
                        public void onPartitionsLost(Collection<TopicPartition> partitions) {
                            lost.of(listener, partitions);
                        }
                    });
                    return null;
                });
            }
        };
    }

    @Test
    void a_rewind_that_is_forgotten() {
        isFound(
                new Plant() {
                    @Override
                    public Consumer<byte @Nullable [], byte @Nullable []> consumer(
                            Consumer<byte @Nullable [], byte @Nullable []> consumer) {
                        return standingBefore(consumer, "seek", 2, arguments -> null);
                    }
                },
                SimulationBitesTest::everyKind);
    }

    @Test
    void partitions_that_are_never_resumed() {
        isFound(
                new Plant() {
                    @Override
                    public Consumer<byte @Nullable [], byte @Nullable []> consumer(
                            Consumer<byte @Nullable [], byte @Nullable []> consumer) {
                        return standingBefore(consumer, "resume", 1, arguments -> null);
                    }
                },
                SimulationBitesTest::everyKind);
    }

    @SuppressWarnings("unchecked")
    private static Consumer<byte @Nullable [], byte @Nullable []> standingBefore(
            Consumer<byte @Nullable [], byte @Nullable []> consumer,
            String method,
            int parameters,
            Standing.Instead instead) {
        return Standing.before(consumer, Consumer.class, method, parameters, instead);
    }

    // ---- settlement

    @Test
    void a_victim_that_is_not_settled() {
        isFound(
                new Plant() {
                    @Override
                    public ShedPolicy policy(ShedPolicy policy, Supplier<ShedQueue<Delivery>> queue) {
                        return Standing.before(policy, ShedPolicy.class, "onFull", 0, arguments -> {
                            if (policy.onFull() instanceof ShedPolicy.Verdict.ShedOldest) {
                                Deque<Delivery> queued = new ArrayDeque<>();
                                queue.get().forEach(queued::add);
                                queued.getFirst().decide();
                            }
                            return policy.onFull();
                        });
                    }
                },
                kind -> Scenario.policyOf(kind) == ShedPolicies.DROP_OLDEST);
    }

    @Test
    void a_tombstone_that_is_not_sent() {
        isFound(
                sending((producer, all, record, callback) -> {
                    if (record.topic().equals("drops")) {
                        callback.onCompletion(null, null);
                    } else {
                        producer.send(record, callback);
                    }
                }),
                kind -> Scenario.policyOf(kind) != ShedPolicies.BLOCK);
    }

    @Test
    void a_record_that_is_settled_twice() {
        isFound(
                new Plant() {
                    @Override
                    public void handle(Delivery delivery, Runnable work) {
                        work.run();
                        delivery.run().account().settle(delivery.record().offset(), Outcome.PROCESSED);
                    }
                },
                SimulationBitesTest::everyKind);
    }

    @Test
    void a_record_that_is_settled_in_place_of_another_one() {
        isFound(
                new Plant() {
                    private int handled;

                    @Override
                    public void handle(Delivery delivery, Runnable work) {
                        handled++;
                        if (handled % 2 == 0) {
                            delivery.run().account().settle(delivery.record().offset() - 1, Outcome.PROCESSED);
                        } else {
                            work.run();
                        }
                    }
                },
                SimulationBitesTest::everyKind);
    }

    // ---- stages

    @Test
    void a_piece_that_is_lost_between_stages() {
        isFound(
                new Plant() {
                    private int pieces;

                    @Override
                    public void handle(Delivery delivery, Runnable work) {
                        if (!(delivery instanceof Piece) || ++pieces % 5 != 0) {
                            work.run();
                        }
                    }
                },
                SimulationBitesTest::everyKind);
    }

    @Test
    void a_piece_that_is_settled_by_itself() {
        isFound(
                new Plant() {
                    @Override
                    public void handle(Delivery delivery, Runnable work) {
                        work.run();
                        if (delivery instanceof Piece) {
                            try {
                                delivery.run()
                                        .account()
                                        .settle(delivery.record().offset(), Outcome.PROCESSED);
                            } catch (SettledTwiceException e) {
                                // Where the ledger sees it at once; the search is for what it cannot see.
                            }
                        }
                    }
                },
                SimulationBitesTest::everyKind);
    }

    // ---- publishing

    @Test
    void a_record_that_is_sent_with_another_epochs_producer() {
        isFound(
                sending((producer, all, record, callback) -> all.get(
                                record.headers().lastHeader("spillway.origin").value().length % all.size())
                        .send(record, callback)),
                SimulationBitesTest::exactlyOnce);
    }

    private interface Sending {
        void send(
                Producer<byte @Nullable [], byte @Nullable []> producer,
                List<? extends Producer<byte @Nullable [], byte @Nullable []>> all,
                ProducerRecord<byte @Nullable [], byte @Nullable []> record,
                Callback callback);
    }

    @SuppressWarnings("unchecked")
    private static Plant sending(Sending sending) {
        return new Plant() {
            @Override
            public Producer<byte @Nullable [], byte @Nullable []> producer(
                    Producer<byte @Nullable [], byte @Nullable []> producer,
                    List<? extends Producer<byte @Nullable [], byte @Nullable []>> all) {
                return Standing.before(producer, Producer.class, "send", 2, arguments -> {
                    sending.send(
                            producer,
                            all,
                            (ProducerRecord<byte @Nullable [], byte @Nullable []>) arguments[0],
                            (Callback) arguments[1]);
                    return new CompletableFuture<>();
                });
            }
        };
    }

    @Test
    void a_transaction_that_is_committed_instead_of_aborted() {
        isFound(
                new Plant() {
                    @Override
                    @SuppressWarnings("unchecked")
                    public Producer<byte @Nullable [], byte @Nullable []> producer(
                            Producer<byte @Nullable [], byte @Nullable []> producer,
                            List<? extends Producer<byte @Nullable [], byte @Nullable []>> all) {
                        return Standing.before(producer, Producer.class, "abortTransaction", 0, arguments -> {
                            producer.commitTransaction();
                            return null;
                        });
                    }
                },
                SimulationBitesTest::exactlyOnce);
    }
}
