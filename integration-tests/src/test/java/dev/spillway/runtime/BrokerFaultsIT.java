package dev.spillway.runtime;

import dev.spillway.BreakableKafka;
import dev.spillway.Suspension;
import dev.spillway.ThreeBrokers;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What happens to the cluster, and to the network before it, while a sidecar works. */
@Tag("faults")
@Timeout(420)
class BrokerFaultsIT {
    /** More than a broker's session, a group member's session, and a transaction may take. */
    private static final Duration LONG = Duration.ofSeconds(15);

    /** Before a broker that hangs a request waits for half a minute, and several may, one after the other. */
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @RegisterExtension
    static final BreakableKafka kafka = new BreakableKafka();

    @TempDir
    Path directory;

    private enum Fault {
        LEADER_KILLED {
            @Override
            void happenTo(ThreeBrokers brokers, Deployment application) throws InterruptedException {
                killAndRestart(brokers, brokers.leaderOf(application.input(), 0), application);
            }
        },
        GROUP_COORDINATOR_KILLED {
            @Override
            void happenTo(ThreeBrokers brokers, Deployment application) throws InterruptedException {
                killAndRestart(brokers, brokers.groupCoordinator(), application);
            }
        },
        TRANSACTION_COORDINATOR_KILLED {
            @Override
            void happenTo(ThreeBrokers brokers, Deployment application) throws InterruptedException {
                killAndRestart(brokers, brokers.transactionCoordinator(), application);
            }
        },
        ALL_KILLED {
            @Override
            void happenTo(ThreeBrokers brokers, Deployment application) throws InterruptedException {
                brokers.kafka().kill();
                brokers.kafka().start();
            }
        },
        ROLLING_RESTART {
            @Override
            void happenTo(ThreeBrokers brokers, Deployment application) throws InterruptedException {
                brokers.restartRolling();
            }
        },
        LEADER_SUSPENDED {
            @Override
            @SuppressWarnings("try") // it sleeps as long as the block lasts
            void happenTo(ThreeBrokers brokers, Deployment application) throws InterruptedException {
                try (Suspension asleep = brokers.suspend(brokers.leaderOf(application.input(), 0))) {
                    application.awaitProgress(100, PATIENCE);
                }
            }
        },
        ALL_CUT_OFF {
            @Override
            void happenTo(ThreeBrokers brokers, Deployment application) {
                brokers.cutAll();
                Awaitility.await().pollDelay(LONG).atMost(PATIENCE).until(() -> true);
                brokers.mendAll();
            }
        },
        LEADER_CUT_OFF {
            @Override
            void happenTo(ThreeBrokers brokers, Deployment application) throws InterruptedException {
                brokers.relay(brokers.leaderOf(application.input(), 0)).cut();
                Awaitility.await().pollDelay(LONG).atMost(PATIENCE).until(() -> true);
                brokers.mendAll();
            }
        },
        CONNECTIONS_BROKEN {
            @Override
            void happenTo(ThreeBrokers brokers, Deployment application) {
                ThreeBrokers.ids().forEach(id -> brokers.relay(id).sever());
            }
        };

        abstract void happenTo(ThreeBrokers brokers, Deployment application) throws Exception;

        private static void killAndRestart(ThreeBrokers brokers, int id, Deployment application)
                throws InterruptedException {
            brokers.kafka().kill(id);
            application.awaitProgress(100, PATIENCE); // two of three are enough
            brokers.kafka().start(id);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "LEADER_KILLED, exactly_once_v2, DROP_OLDEST",
        "GROUP_COORDINATOR_KILLED, at_least_once, BLOCK",
        "TRANSACTION_COORDINATOR_KILLED, exactly_once_v2, BLOCK",
        "ALL_KILLED, at_least_once, DROP_OLDEST",
        "ROLLING_RESTART, exactly_once_v2, DROP_NEWEST",
        "ROLLING_RESTART, at_least_once, BLOCK",
        "LEADER_SUSPENDED, exactly_once_v2, BLOCK",
        "ALL_CUT_OFF, exactly_once_v2, DROP_OLDEST",
        "ALL_CUT_OFF, at_least_once, DROP_NEWEST",
        "LEADER_CUT_OFF, exactly_once_v2, DROP_NEWEST",
        "CONNECTIONS_BROKEN, at_least_once, DROP_NEWEST"
    })
    void aSidecarOutlastsItAndNothingIsLost(Fault fault, String guarantee, String policy) throws Exception {
        try (Deployment application = new Deployment(kafka.brokers(), directory, 3)
                        .set("processing.guarantee", guarantee)
                        .set("shed.policy", policy)
                        .set("processor", SlowProcessor.class.getName())
                        .set("processor.millis", 5)
                        .set("workers", 4)
                        .set("consumer.session.timeout.ms", 6000)
                        .set("processing.timeout.ms", 1000)
                        .set("retry.max.retries", 0);
                Load load = application.load(500, ShutdownIT.VALUE)) {
            SidecarProcess sidecar = application.startAssigned();
            application.awaitProgress(200);

            fault.happenTo(kafka.brokers(), application);

            application.awaitProgress(200, PATIENCE);
            sidecar.terminateConserved();
            load.stop();
            application.audit();
        }
    }
}
