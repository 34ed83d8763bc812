package dev.spillway.chaos;

import dev.spillway.Relay;
import dev.spillway.Suspension;
import dev.spillway.ThreeBrokers;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** What can go wrong. */
enum Fault {
    SIDECAR_KILLED(Victim.SIDECAR) {
        @Override
        Injury strike(ThreeBrokers brokers, Crew crew, Random random) throws Exception {
            int number = crew.any(random);
            crew.kill(number);
            return () -> crew.start(number);
        }
    },
    SIDECAR_TERMINATED(Victim.SIDECAR) {
        @Override
        Injury strike(ThreeBrokers brokers, Crew crew, Random random) throws Exception {
            int number = crew.any(random);
            crew.askToTerminate(number);
            return () -> {
                crew.awaitTermination(number);
                crew.start(number);
            };
        }
    },
    SIDECAR_SUSPENDED(Victim.SIDECAR) {
        @Override
        Injury strike(ThreeBrokers brokers, Crew crew, Random random) {
            return crew.suspend(crew.any(random))::close;
        }
    },
    ALL_SIDECARS_KILLED(Victim.SIDECAR) {
        @Override
        Injury strike(ThreeBrokers brokers, Crew crew, Random random) throws Exception {
            for (int number : crew.numbers()) {
                crew.kill(number);
            }
            return () -> crew.numbers().forEach(crew::start);
        }
    },
    BROKER_KILLED(Victim.BROKER) {
        @Override
        Injury strike(ThreeBrokers brokers, Crew crew, Random random) {
            int id = anyOf(ThreeBrokers.ids(), random);
            brokers.kafka().kill(id);
            return () -> brokers.kafka().start(id);
        }
    },
    COORDINATOR_KILLED(Victim.BROKER) {
        @Override
        Injury strike(ThreeBrokers brokers, Crew crew, Random random) throws Exception {
            int id = random.nextBoolean() || !brokers.hasTransactions()
                    ? brokers.groupCoordinator()
                    : brokers.transactionCoordinator();
            brokers.kafka().kill(id);
            return () -> brokers.kafka().start(id);
        }
    },
    BROKER_RESTARTED(Victim.BROKER) {
        @Override
        Injury strike(ThreeBrokers brokers, Crew crew, Random random) {
            int id = anyOf(ThreeBrokers.ids(), random);
            brokers.kafka().stop(id);
            return () -> brokers.kafka().start(id);
        }
    },
    BROKER_SUSPENDED(Victim.BROKER) {
        @Override
        Injury strike(ThreeBrokers brokers, Crew crew, Random random) {
            Suspension suspension = brokers.suspend(anyOf(ThreeBrokers.ids(), random));
            return suspension::close;
        }
    },
    ALL_BROKERS_KILLED(Victim.BROKER) {
        @Override
        Injury strike(ThreeBrokers brokers, Crew crew, Random random) {
            brokers.kafka().kill();
            return brokers.kafka()::start;
        }
    },
    BROKER_CUT_OFF(Victim.NETWORK) {
        @Override
        Injury strike(ThreeBrokers brokers, Crew crew, Random random) {
            Relay relay = brokers.relay(anyOf(ThreeBrokers.ids(), random));
            relay.cut();
            return relay::mend;
        }
    },
    ALL_BROKERS_CUT_OFF(Victim.NETWORK) {
        @Override
        Injury strike(ThreeBrokers brokers, Crew crew, Random random) {
            brokers.cutAll();
            return brokers::mendAll;
        }
    },
    CONNECTIONS_BROKEN(Victim.NETWORK) {
        @Override
        Injury strike(ThreeBrokers brokers, Crew crew, Random random) {
            ThreeBrokers.ids().forEach(id -> brokers.relay(id).sever());
            return Injury.NONE;
        }
    };

    /** What a fault hits: two faults at a time do not hit the same. */
    enum Victim {
        SIDECAR,
        BROKER,
        NETWORK
    }

    private final Victim victim;

    Fault(Victim victim) {
        this.victim = victim;
    }

    /** Happens, and returns what ends it. */
    abstract Injury strike(ThreeBrokers brokers, Crew crew, Random random) throws Exception;

    static Fault any(Random random) {
        return anyOf(List.of(values()), random);
    }

    /** One that can happen while this one lasts. */
    Fault another(Random random) {
        return anyOf(Stream.of(values()).filter(fault -> fault.victim != victim).toList(), random);
    }

    private static <T> T anyOf(List<T> all, Random random) {
        return all.get(random.nextInt(all.size()));
    }
}
