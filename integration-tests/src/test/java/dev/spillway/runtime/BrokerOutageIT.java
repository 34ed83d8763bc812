package dev.spillway.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.spillway.Application;
import dev.spillway.ClusterClient;
import dev.spillway.RunningSidecar;
import dev.spillway.config.Guarantee;
import dev.spillway.demo.LocalKafka;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A cluster that goes away under load and comes back. */
@Timeout(180)
class BrokerOutageIT {
    private static final int RECORDS = 1000;
    private static final byte[] VALUE = "a record".getBytes(UTF_8);
    private static final Duration LONG = Duration.ofSeconds(90);

    @ParameterizedTest
    @EnumSource
    void nothingIsLostWhenTheBrokerGoesAwayForAWhile(Guarantee guarantee) throws Exception {
        try (LocalKafka kafka = LocalKafka.builder().start();
                ClusterClient client = new ClusterClient(kafka.bootstrapServers())) {
            Application application = Application.on(kafka.bootstrapServers(), client, 2)
                    .guaranteeing(guarantee)
                    .with("processor", SlowProcessor.class.getName())
                    .with("processor.millis", "5");
            client.produce(records(application, RECORDS));
            try (RunningSidecar sidecar = RunningSidecar.start(application.config())) {
                await("work under way").atMost(LONG).until(() -> committed(application) > RECORDS / 10);

                kafka.stop();
                kafka.start();

                assertThat(sidecar.state()).isInstanceOf(Lifecycle.Running.class);
                client.produce(records(application, RECORDS / 10)); // the rest may have been settled during the outage
                await("the rest of the work")
                        .atMost(LONG)
                        .until(() -> committed(application) == RECORDS + RECORDS / 10);
                assertThat(sidecar.state()).isInstanceOf(Lifecycle.Running.class);

                ExitReport report = sidecar.stop();

                assertThat(report.isConserved()).as(report.render()).isTrue();
            }
            application.assertConserved();
        }
    }

    /** The broker ends the transactions that have waited for it before the sidecar gets a word in. */
    @Tag("faults") // it takes most of a minute
    @ParameterizedTest
    @EnumSource
    void anOutageThatTakesLongerThanATransactionMayIsSurvivedToo(Guarantee guarantee) throws Exception {
        try (LocalKafka kafka = LocalKafka.builder().start();
                ClusterClient client = new ClusterClient(kafka.bootstrapServers())) {
            Application application = Application.on(kafka.bootstrapServers(), client, 2)
                    .guaranteeing(guarantee)
                    .with("processing.timeout.ms", "1000")
                    .with("retry.max.retries", "0")
                    .with("processor", SlowProcessor.class.getName())
                    .with("processor.millis", "5");
            client.produce(records(application, RECORDS));
            try (RunningSidecar sidecar = RunningSidecar.start(application.config())) {
                await("work under way").atMost(LONG).until(() -> committed(application) > RECORDS / 10);

                kafka.stop();
                await().pollDelay(Duration.ofSeconds(25)).atMost(LONG).until(() -> true);
                kafka.start();

                await("the rest of the work").atMost(LONG).until(() -> committed(application) == RECORDS);
                assertThat(sidecar.state()).isInstanceOf(Lifecycle.Running.class);
                assertThat(sidecar.stop().isConserved()).isTrue();
            }
            application.assertConserved();
        }
    }

    private static List<ProducerRecord<byte[], byte[]>> records(Application application, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new ProducerRecord<>(application.input(), i % 2, new byte[0], VALUE))
                .toList();
    }

    private static long committed(Application application) throws InterruptedException {
        Map<?, Long> offsets = application.committed();
        return offsets.values().stream().mapToLong(offset -> offset).sum();
    }
}
