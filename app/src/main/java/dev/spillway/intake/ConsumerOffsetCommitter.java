package dev.spillway.intake;

import dev.spillway.sink.EpochAbortedException;
import dev.spillway.sink.OffsetCommitter;
import dev.spillway.sink.SinkException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits the offsets of epochs through the consumer: asynchronously while the loop polls, since the answer comes with a later poll, and
 * synchronously where no poll will come. The consumer loop's own.
 */
public final class ConsumerOffsetCommitter implements OffsetCommitter {
    private static final Logger LOG = LoggerFactory.getLogger(ConsumerOffsetCommitter.class);
    private static final Duration SYNC_TIMEOUT = Duration.ofSeconds(10);

    private final Consumer<?, ?> consumer;
    private final List<Attempt> again = new ArrayList<>();
    private boolean synchronous;

    /** How often everything was given up: a commit from before that is not tried again, however late its answer comes. */
    private int givenUp;

    /** A commit that did not succeed but may. */
    private record Attempt(
            Map<TopicPartition, OffsetAndMetadata> offsets,
            CompletableFuture<@Nullable Void> done,
            Exception failure) {}

    public ConsumerOffsetCommitter(Consumer<?, ?> consumer) {
        this.consumer = consumer;
    }

    /**
     * Whether commits wait for their answer: in a rebalance, and at the end. The answers to earlier ones, which would come with the
     * next poll, are waited for first.
     */
    void setSynchronous(boolean synchronous) {
        this.synchronous = synchronous;
        if (synchronous) {
            awaitAnswers();
        }
    }

    /**
     * Tries again what did not succeed but may: committing the same offsets twice does no harm, and no later epoch commits before this
     * one. Called once in a round: what the consumer needs to know for it, a poll brings.
     */
    void tryAgain() {
        List<Attempt> attempts = List.copyOf(again);
        again.clear();
        attempts.forEach(attempt -> commit(attempt.offsets(), attempt.done()));
    }

    /** Gives up what would be tried again, now or once its answer comes, because another member may own the partitions. */
    void giveUp() {
        givenUp++;
        again.forEach(attempt -> attempt.done().completeExceptionally(translate(attempt.failure())));
        again.clear();
    }

    @Override
    public CompletableFuture<@Nullable Void> commit(Map<TopicPartition, OffsetAndMetadata> offsets) {
        CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
        commit(offsets, done);
        return done;
    }

    private void commit(Map<TopicPartition, OffsetAndMetadata> offsets, CompletableFuture<@Nullable Void> done) {
        if (synchronous) {
            commitSync(offsets, done);
        } else {
            commitAsync(offsets, done);
        }
    }

    /**
     * Waits for the answers to commits that were sent. The consumer promises to call back for all asynchronous commits before a
     * synchronous one returns, even one of nothing.
     */
    void awaitAnswers() {
        try {
            consumer.commitSync(Map.of(), SYNC_TIMEOUT);
        } catch (KafkaException e) {
            LOG.debug("no answer to an asynchronous commit", e);
        }
    }

    private void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets, CompletableFuture<@Nullable Void> done) {
        try {
            consumer.commitSync(offsets, SYNC_TIMEOUT);
            done.complete(null);
        } catch (KafkaException e) {
            done.completeExceptionally(translate(e));
        }
    }

    private void commitAsync(Map<TopicPartition, OffsetAndMetadata> offsets, CompletableFuture<@Nullable Void> done) {
        int sentAfter = givenUp;
        consumer.commitAsync(offsets, (committed, e) -> {
            if (e == null) {
                done.complete(null);
            } else if (isTransient(e) && sentAfter == givenUp) {
                again.add(new Attempt(offsets, done, e));
            } else {
                done.completeExceptionally(translate(e));
            }
        });
    }

    /** A rebalance takes nothing from us that it has not asked back first, so a commit that it got in the way of is as good after it. */
    private static boolean isTransient(Exception e) {
        return e instanceof RetriableException || e instanceof RebalanceInProgressException;
    }

    private static Exception translate(Exception e) {
        if (e instanceof AuthorizationException || e instanceof FencedInstanceIdException) {
            return new SinkException("the offsets could not be committed", e);
        }
        return new EpochAbortedException("the offsets could not be committed: " + e.getMessage(), e);
    }
}
