package dev.spillway.cli;

import dev.spillway.config.SpillwayConfig;
import dev.spillway.inspect.AuditReader;
import dev.spillway.inspect.AuditReport;
import dev.spillway.inspect.AuditStretch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Proves that no record is missing. */
@Command(
        name = "audit",
        description = {
            "Proves that every input record has exactly one outcome.",
            "",
            "It reads the input topics up to the offsets that the sidecar has committed, and all of the output, drop"
                    + " and dead letter topics, and of processed.topic where there is one, and compares them record by record. The sidecar may run meanwhile. Under"
                    + " at_least_once a record may have more than one outcome, never none.",
            "",
            "With --follow it goes on as the sidecar commits, in memory that does not grow: what is proven is"
                    + " forgotten but for its counts. What is missing once will not come later, so the first fault ends"
                    + " it.",
            "",
            "It ends with 0 when all is conserved, and with 2 when records are missing, duplicated or unexpected."
        },
        footer = {
            "",
            "Examples:",
            "  all that is committed:",
            "    spillway audit --config spillway.properties",
            "  on and on, beginning with what is committed from now on:",
            "    spillway audit --config spillway.properties --from latest --follow",
            "",
            "Two applications that read the same input must not share an output, drop or dead letter",
            "topic: nobody could tell their outcomes apart."
        })
final class AuditCommand extends KafkaCommand {
    @Mixin
    private final ConfigOptions config = new ConfigOptions();

    @Option(
            names = "--from",
            paramLabel = "WHEN",
            converter = FromText.Converter.class,
            defaultValue = "beginning",
            description = "Audit what was written to the input since then: beginning, a time ago (10m) or an instant"
                    + " (2026-01-31T12:00:00Z); or latest, for what the sidecar commits from now on. Default:"
                    + " ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // it has a default
    private FromText from;

    @Option(
            names = "--follow",
            description =
                    "Go on with what the sidecar commits, with a line for every stretch that is proven, until Ctrl-C"
                            + " or the first fault.")
    private boolean follow;

    @Option(
            names = "--every",
            paramLabel = "DURATION",
            converter = DurationText.class,
            defaultValue = "5s",
            description = "How often --follow looks. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // it has a default
    private Duration every;

    @Option(names = "--json", description = "Print JSON, one object a line.")
    private boolean json;

    AuditCommand(Session session) {
        super(session);
    }

    @Override
    ExitCode execute() throws ExecutionException {
        if (!config.isGiven()) {
            throw misuse("--config is missing: name the sidecar's configuration");
        }
        SpillwayConfig sidecar = config.read(session().environment());
        connect(Connection.with(sidecar.adminClient(), common().clientSettings()));
        Logging.withoutConnectionAttempts(common().verbose());
        Topics.require(connection(), topics(sidecar), session().stop());
        Optional<AuditReport> report = audit(sidecar);
        if (report.isEmpty()) {
            say("stopped before the end: nothing is proven");
            return stopped();
        }
        print(report.get());
        return report.get().isConserved() ? ExitCode.FINE : ExitCode.NOT_CONSERVED;
    }

    @Override
    ExitCode stopped() {
        return ExitCode.NOT_CONSERVED;
    }

    private Optional<AuditReport> audit(SpillwayConfig sidecar) {
        ReadStatus status = new ReadStatus(session());
        try (Admin admin = Admin.create(connection().settings());
                Consumer<byte[], byte[]> consumer = new KafkaConsumer<>(consumer(sidecar))) {
            AuditReader reader = AuditReader.of(
                    sidecar,
                    from.at(session().time().currentTimeMillis()),
                    admin,
                    consumer,
                    session().time(),
                    session().stop(),
                    status);
            return follow ? reader.follow(every, stretch -> print(stretch, status)) : reader.run();
        } finally {
            status.end();
        }
    }

    /** With the group's name, to ask for its offsets; it never subscribes, and so never joins the group. */
    private Map<String, Object> consumer(SpillwayConfig sidecar) {
        Map<String, Object> settings = connection().consumer();
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, sidecar.applicationId());
        return settings;
    }

    private void print(AuditStretch stretch, ReadStatus status) {
        if (!stretch.isEmpty()) {
            status.end();
            session().print((json ? stretch.json() : stretch.text()) + System.lineSeparator());
        }
    }

    private void print(AuditReport report) {
        session().print(json ? report.json() + System.lineSeparator() : report.text());
    }

    private static List<String> topics(SpillwayConfig sidecar) {
        List<String> all = new ArrayList<>(sidecar.topics().inputs());
        all.addAll(sidecar.topics().outputs());
        return all;
    }
}
