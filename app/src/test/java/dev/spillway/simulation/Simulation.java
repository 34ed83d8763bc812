package dev.spillway.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * One run, from a seed. First anything may go wrong: each step draws what happens next from all that could. Then nothing goes wrong any
 * more, and everything has to come to its end: what has stalled is found by that.
 *
 * <p>A step may contain others: where a thread of an instance waits, some steps of the others happen meanwhile. A step that is under way
 * is never begun a second time.
 */
final class Simulation {
    private static final int MOST_NESTED = 3;
    private static final int PATIENCE = 600;
    private static final List<Integer> WEIGHTS = List.of(1, 3, 6, 10);
    private static final String[] VALUES = {
        "0", "1", "1", "1", "1", "2", "3", SimulatedWorkers.POISON, SimulatedWorkers.REFUSED
    };

    private final Chance chance;
    private final Scenario scenario;
    private final Plant plant;
    private final Trace trace;
    private final Clock clock = new Clock();
    private final Oracle oracle;
    private final FakeBroker broker;
    private final List<Instance> instances = new ArrayList<>();
    private final Set<Instance> twins = new HashSet<>();
    private final List<Choice> choices = new ArrayList<>();
    /** A thread that waits for the broker is suspended once in so many times. */
    private final int suspension;

    private int incarnations;
    private int appended;
    private int nested;
    private long steps;

    /** How likely each kind of step is: drawn anew for each run, since one that is rare for long makes other things possible. */
    private final Map<String, Integer> weights = new HashMap<>();

    private record Choice(@Nullable Instance of, String what, int weight, Runnable step) {
        @Override
        public String toString() {
            return of == null ? what : of + " " + what;
        }
    }

    Simulation(long seed, Plant plant, Trace trace) {
        this.chance = new Chance(seed);
        this.scenario = Scenario.of(seed, chance);
        this.suspension = chance.of(List.of(20, 60, 250));
        this.plant = plant;
        this.trace = trace;
        this.oracle = new Oracle(scenario.exactlyOnce(), scenario.ordered(), trace);
        List<TopicPartition> partitions = new ArrayList<>();
        for (int i = 0; i < scenario.partitions(); i++) {
            partitions.add(new TopicPartition("in", i));
        }
        this.broker = new FakeBroker(partitions, clock, chance, oracle);
        oracle.watch(broker);
    }

    Scenario scenario() {
        return scenario;
    }

    Chance chance() {
        return chance;
    }

    Plant plant() {
        return plant;
    }

    FakeBroker broker() {
        return broker;
    }

    Clock clock() {
        return clock;
    }

    long steps() {
        return steps;
    }

    long judged() {
        return oracle.judged();
    }

    void trace(Supplier<String> line) {
        trace.add(line);
    }

    /**
     * Runs to the end.
     *
     * @throws Violation when something that must hold does not
     */
    void run() {
        trace.add(scenario::toString);
        for (int i = 0; i < scenario.records(); i++) {
            append();
        }
        for (int i = 0; i < scenario.instances(); i++) {
            arrive(String.valueOf((char) ('a' + i)));
        }
        for (int i = 0; i < scenario.steps(); i++) {
            step();
            instances.forEach(Instance::check);
        }
        settle();
        oracle.judgeAll();
    }

    // ---- while things go wrong

    /** One thing that could happen now. */
    private void step() {
        choices.clear();
        for (Instance instance : instances) {
            if (instance.isAlive() && !instance.isFrozen()) {
                collect(instance);
            }
        }
        choices.add(new Choice(
                null,
                "time passes",
                weightOf("time passes"),
                () -> clock.advance(Duration.ofMillis(chance.between(1, 150)))));
        if (appended < scenario.records() + scenario.more()) {
            choices.add(new Choice(null, "an append", 1, this::append));
        }
        if (!chance.isCalm()) {
            choices.add(new Choice(null, "a disturbance", 1, this::disturb));
            if (nested == 0) {
                choices.add(new Choice(null, "a return", 2, this::comeBack));
            }
        }
        take(draw());
    }

    private void collect(Instance instance) {
        add(instance.canStart(), instance, "starts", instance::start);
        add(instance.canLoop(), instance, "loops", instance::round);
        add(instance.canEnd(), instance, "ends", instance::end);
        add(instance.canWork(), instance, "works", instance::work);
        add(instance.canDeliver(), instance, "sends", instance::deliver);
        add(instance.canAnswer(), instance, "commits", instance::answer);
        add(instance.canRunTask(), instance, "ends a transaction", instance::runTask);
    }

    private void add(boolean possible, Instance instance, String what, Runnable step) {
        if (possible) {
            choices.add(new Choice(instance, what, weightOf(what), step));
        }
    }

    private int weightOf(String what) {
        return weights.computeIfAbsent(what, w -> chance.of(WEIGHTS));
    }

    private Choice draw() {
        int sum = 0;
        for (Choice choice : choices) {
            sum += choice.weight();
        }
        int drawn = chance.below(sum);
        for (Choice choice : choices) {
            drawn -= choice.weight();
            if (drawn < 0) {
                return choice;
            }
        }
        throw new AssertionError("nothing to choose");
    }

    private void take(Choice choice) {
        steps++;
        trace.add(choice::toString);
        trace.enter();
        try {
            choice.step().run();
        } finally {
            trace.leave();
        }
        timeOutTransactions();
    }

    private void timeOutTransactions() {
        int count = broker.timeOutTransactions();
        if (count > 0) {
            trace.add(() -> "the broker aborts transactions that took too long");
        }
    }

    /** Where a thread waits for the broker: often nothing happens, sometimes a little, rarely a lot. */
    void interlude(Instance instance, String where) {
        if (nested >= MOST_NESTED) {
            return;
        }
        if (chance.oneIn(4)) {
            trace.add(() -> instance + " waits in " + where);
            others(chance.between(1, 3));
        } else if (chance.faultOneIn(suspension)) {
            trace.add(() -> instance + " is suspended in " + where);
            instance.freeze();
            clock.advance(Duration.ofMillis(chance.between(1, 12_000)));
            timeOutTransactions();
            throwOut(instance);
            others(40);
            instance.thaw();
        }
    }

    /** Some time passes, and others have a turn. */
    void pass(Duration most) {
        if (nested < MOST_NESTED) {
            others(chance.below(3));
        }
        long nanos = most.toNanos();
        clock.advance(Duration.ofNanos(chance.oneIn(3) ? Math.max(1, nanos / 4) : nanos));
        timeOutTransactions();
    }

    private void others(int count) {
        nested++;
        trace.enter();
        try {
            for (int i = 0; i < count; i++) {
                step();
            }
        } finally {
            trace.leave();
            nested--;
        }
    }

    private void disturb() {
        List<Instance> alive = instances.stream().filter(Instance::isAlive).toList();
        if (alive.isEmpty()) {
            return;
        }
        Instance one = chance.of(alive);
        switch (chance.below(10)) {
            case 0, 1 -> {
                trace.add(() -> one + " is killed");
                one.crash();
            }
            case 2 -> {
                trace.add(() -> one + " is suspended");
                one.freeze();
            }
            case 3 -> throwOut(one);
            case 4, 5 -> {
                trace.add(() -> "a rebalance begins");
                broker.group.rebalance();
            }
            case 6 -> {
                if (instances.stream().filter(Instance::isAlive).count() < 4) {
                    arrive(one.slot);
                }
            }
            case 7 -> {
                if (one.canLoop()) {
                    trace.add(() -> one + " is stopped");
                    one.stop();
                }
            }
            case 8 -> clock.advance(Duration.ofMillis(chance.between(1, 12_000)));
            default -> broker.appendMarker(chance.of(broker.partitions()));
        }
    }

    private void throwOut(Instance instance) {
        for (String member : broker.group.membersOf(instance)) {
            trace.add(() -> "the group throws " + member + " out");
            broker.group.remove(member);
        }
    }

    /** Something that was disturbed comes to its end: a suspended instance goes on, a dead one is replaced, and forgotten by the group. */
    private void comeBack() {
        Instance one = chance.of(instances);
        if (one.isFrozen()) {
            one.thaw();
        }
        if (!one.isAlive()) {
            throwOut(one);
            if (instances.stream().noneMatch(other -> other.slot.equals(one.slot) && other.isAlive())) {
                arrive(one.slot);
            }
            instances.remove(one);
        }
    }

    /** Whether another one was alive under its name while it was; one of them puts the other out of work. */
    boolean hadTwin(Instance instance) {
        return twins.contains(instance);
    }

    private void arrive(String slot) {
        Instance instance = new Instance(slot, ++incarnations, this);
        trace.add(() -> instance + " arrives");
        List<Instance> namesakes = instances.stream()
                .filter(other -> other.slot.equals(slot) && other.isAlive())
                .toList();
        if (!namesakes.isEmpty()) {
            twins.addAll(namesakes);
            twins.add(instance);
        }
        instances.add(instance);
    }

    private void append() {
        String value = VALUES[chance.below(VALUES.length)];
        if (chance.oneIn(40)) {
            value = value + " ".repeat(Scenario.CAPACITY_BYTES);
        }
        broker.appendInput(chance.of(broker.partitions()), value, chance.oneIn(6) ? chance.between(1, 2) : 0);
        appended++;
    }

    // ---- when nothing goes wrong any more

    private void settle() {
        chance.calm();
        trace.add(() -> "nothing goes wrong any more");
        instances.forEach(Instance::thaw);
        boolean stop = chance.oneIn(3);
        for (int turn = 0; turn < PATIENCE; turn++) {
            if (broker.isAllCommitted()) {
                return;
            }
            while (instances.stream().anyMatch(instance -> !instance.isAlive())) {
                comeBack();
            }
            List<Instance> all = List.copyOf(instances);
            all.forEach(this::takeTurn);
            if (stop && turn == 40) {
                all.stream().filter(Instance::canLoop).findFirst().ifPresent(Instance::stop);
            }
            clock.advance(Duration.ofMillis(chance.between(10, 200)));
            timeOutTransactions();
        }
        throw new Violation("nothing moves any more: committed are " + offsets() + " of " + ends());
    }

    private void takeTurn(Instance instance) {
        turn(instance::canStart, instance, "starts", instance::start);
        turn(instance::canLoop, instance, "loops", instance::round);
        for (int i = 0; i < 4; i++) {
            turn(instance::canWork, instance, "works", instance::work);
            turn(instance::canDeliver, instance, "sends", instance::deliver);
        }
        turn(instance::canAnswer, instance, "commits", instance::answer);
        turn(instance::canRunTask, instance, "ends a transaction", instance::runTask);
        turn(instance::canEnd, instance, "ends", instance::end);
        instance.check();
    }

    private void turn(BooleanSupplier possible, Instance instance, String what, Runnable step) {
        if (instance.isAlive() && possible.getAsBoolean()) {
            take(new Choice(instance, what, 1, step));
        }
    }

    private List<Long> offsets() {
        return broker.partitions().stream().map(broker.group::committed).toList();
    }

    private List<Long> ends() {
        return broker.partitions().stream().map(broker::endOf).toList();
    }
}
