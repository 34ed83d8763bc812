package dev.spillway.processor;

import dev.spillway.config.Ordering;
import dev.spillway.config.StageConfig;
import dev.spillway.flow.ShedQueue;
import dev.spillway.flow.Time;
import dev.spillway.flow.WorkerScope;
import dev.spillway.sink.Delivery;
import dev.spillway.sink.SpoiledOrigins;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The stages that a record passes one after the other; at least one. The consumer loop fills the first one's queue, the workers of each
 * the next one's, and the last ones publish. Only in the first queue are records untouched, so that they may be given back; what lies in
 * the others is in flight.
 */
public final class StageChain {
    private final List<Stage> stages;

    /**
     * Stages that are put one behind the other already.
     *
     * @param stages at least one, in their order
     */
    public StageChain(Collection<Stage> stages) {
        this.stages = List.copyOf(stages);
    }

    /** One stage. */
    public static StageChain of(ShedQueue<Delivery> queue, Workers workers) {
        return new StageChain(List.of(new Stage(null, queue, workers)));
    }

    /**
     * Makes queues and workers, and puts them one behind the other.
     *
     * @param works what each stage does, in the same order
     * @param jitter of the pauses before retries
     */
    public static StageChain of(
            List<StageConfig> configs,
            List<Work> works,
            Ordering ordering,
            CpuPool cpuPool,
            SpoiledOrigins spoiled,
            Time time,
            RandomGenerator jitter) {
        Workers.Shared shared = new Workers.Shared(cpuPool, spoiled, time, jitter);
        ArrayDeque<Stage> stages = new ArrayDeque<>();
        for (int i = configs.size() - 1; i >= 0; i--) {
            StageConfig config = configs.get(i);
            ShedQueue<Delivery> queue = queue(config, ordering, i == 0, time);
            Workers workers = new Workers(
                    config.name(),
                    config.workers(),
                    queue,
                    works.get(i),
                    config.retry(),
                    shared,
                    outlets(config, stages.isEmpty() ? null : configs.get(i + 1), stages.peekFirst(), time),
                    config.isAdaptive() ? new ConcurrencyLimit(config.workers()) : null);
            stages.addFirst(new Stage(config.name(), queue, workers));
        }
        return new StageChain(stages);
    }

    private static ShedQueue<Delivery> queue(StageConfig config, Ordering ordering, boolean isFirst, Time time) {
        if (ordering == Ordering.UNORDERED) {
            return new ShedQueue<>(
                    config.queueCapacity(), config.queueCapacityBytes(), config.shedPolicy(), Delivery::size, time);
        }
        Consumer<Delivery> onTake = isFirst ? Delivery::noteTaken : piece -> {};
        return new ShedQueue<>(
                config.queueCapacity(),
                config.queueCapacityBytes(),
                config.shedPolicy(),
                Delivery::size,
                delivery -> delivery.lane(ordering),
                onTake,
                time);
    }

    private static Supplier<Outlet> outlets(
            StageConfig config, @Nullable StageConfig nextConfig, @Nullable Stage next, Time time) {
        String name = config.name();
        if (name == null || nextConfig == null || next == null || next.name() == null) {
            return () -> new ResultOutlet(name);
        }
        String nextName = next.name();
        return () -> new HandOver(name, nextName, next.queue(), nextConfig.queueCapacityBytes(), time);
    }

    /** All of them, in their order. */
    public List<Stage> stages() {
        return stages;
    }

    /** What the intake fills. */
    public ShedQueue<Delivery> firstQueue() {
        return stages.get(0).queue();
    }

    /** How many workers there are in all stages. */
    public int workers() {
        return stages.stream().mapToInt(stage -> stage.workers().count()).sum();
    }

    /** Starts the workers of all stages in the scope. */
    public void forkIn(WorkerScope scope) {
        stages.forEach(stage -> stage.workers().forkIn(scope));
    }

    /** Interrupts attempts that have taken too long. Called by one thread, again and again. */
    public void interruptOverdue() {
        for (int i = 0; i < stages.size(); i++) {
            stages.get(i).workers().interruptOverdue();
        }
    }

    /** Forgets what lies behind the first stage's queue and will not count any more, because its epoch was aborted. */
    public void forgetDiscarded() {
        for (Stage stage : stages.subList(1, stages.size())) {
            stage.queue().removeIf(Delivery::isDiscarded);
            stage.queue().forgetParked(Delivery::isDiscarded);
        }
    }

    /** Ends the workers: they still get what is queued, and hand nothing over any more. */
    public void close() {
        stages.forEach(stage -> stage.queue().close());
    }
}
