package dev.spillway.cli;

import dev.spillway.config.SpillwayConfig;
import dev.spillway.inspect.AuditReader;
import dev.spillway.inspect.AuditReport;
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
            "It reads the input topics up to the offsets that the sidecar has committed, and all of the output, drop and dead"
                    + " letter topics, and of processed.topic where there is one, and compares them"
                    + " record by record. The sidecar may run meanwhile. Under at_least_once"
                    + " a record may have more than one outcome, never none.",
            "",
            "It ends with 0 when all is conserved, and with 2 when records are missing, duplicated or unexpected."
        },
        footer = {
            "",
            "Example:",
            "  spillway audit --config spillway.properties",
            "",
            "Two applications that read the same input must not share an output, drop or dead letter",
            "topic: nobody could tell their outcomes apart."
        })
final class AuditCommand extends KafkaCommand {
    @Mixin
    private final ConfigOptions config = new ConfigOptions();

    @Option(names = "--json", description = "Print one line of JSON.")
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
            return AuditReader.of(
                            sidecar,
                            admin,
                            consumer,
                            session().time(),
                            session().stop(),
                            status)
                    .run();
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

    private void print(AuditReport report) {
        session().out().print(json ? report.json() + System.lineSeparator() : report.text());
        session().out().flush();
    }

    private static List<String> topics(SpillwayConfig sidecar) {
        List<String> all = new ArrayList<>(sidecar.topics().inputs());
        all.addAll(sidecar.topics().outputs());
        return all;
    }
}
