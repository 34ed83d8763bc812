package dev.spillway.cli;

import dev.spillway.config.SpillwayConfig;
import dev.spillway.inspect.DropReport;
import dev.spillway.inspect.Drops;
import dev.spillway.inspect.Grouping;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows what was shed. */
@Command(
        name = "drops",
        description = {
            "Shows which records were shed, when and why, as the tombstones in a drop topic tell.",
            "",
            "It counts what the topic has when it starts; with --follow it then goes on and prints a line for every record"
                    + " that is shed."
        },
        footer = {
            "",
            "Examples:",
            "  what was shed in the last hour, by key:",
            "    spillway drops --bootstrap-server localhost:9092 --topic orders-drops \\",
            "        --from 1h --by key",
            "  the drop topic of a sidecar, as it grows:",
            "    spillway drops --config spillway.properties --from latest --follow",
            "",
            "Ctrl-C stops it."
        })
final class DropsCommand extends KafkaCommand {
    @Option(
            names = "--bootstrap-server",
            paramLabel = "HOST:PORT",
            description = "Brokers to connect to first, comma separated.")
    private @Nullable String bootstrapServer;

    @Option(names = "--topic", paramLabel = "TOPIC", description = "The drop topic.")
    private @Nullable String topic;

    @Mixin
    private final ConfigOptions config = new ConfigOptions();

    @Option(
            names = "--from",
            paramLabel = "WHEN",
            converter = FromText.Converter.class,
            defaultValue = "beginning",
            description = "beginning, latest, a time ago (10m), or an instant (2026-01-31T12:00:00Z)."
                    + " Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // it has a default
    private FromText from;

    @Option(names = "--follow", description = "Go on, with a line for every record that is shed, until Ctrl-C.")
    private boolean follow;

    @Option(
            names = "--by",
            paramLabel = "GROUP",
            defaultValue = "reason",
            description = "Count by reason, key, partition (of the input) or minute (UTC). Default: ${DEFAULT-VALUE}.")
    private Grouping by = Grouping.REASON;

    @Option(names = "--json", description = "Print JSON, one object a line.")
    private boolean json;

    DropsCommand(Session session) {
        super(session);
    }

    @Override
    ExitCode execute() throws ExecutionException {
        String dropTopic = connectAndName();
        Logging.withoutConnectionAttempts(common().verbose());
        Topics.require(connection(), List.of(dropTopic), session().stop());
        try (Consumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(connection().consumer())) {
            show(consumer, dropTopic);
        }
        return ExitCode.FINE;
    }

    private void show(Consumer<byte[], byte[]> consumer, String dropTopic) {
        ReadStatus status = new ReadStatus(session());
        Drops drops = new Drops(
                consumer,
                dropTopic,
                session().time(),
                connection().patience(),
                session().stop(),
                status);
        DropReport report = drops.count(from.at(session().time().currentTimeMillis()), by);
        status.end();
        print(json ? report.json() + System.lineSeparator() : report.text());
        if (follow && report.complete()) {
            drops.follow(tombstone -> print((json ? tombstone.json() : tombstone.text()) + System.lineSeparator()));
        }
    }

    private String connectAndName() {
        if (config.isGiven()) {
            if (bootstrapServer != null || topic != null) {
                throw misuse("--config says where the drop topic is, and so do --bootstrap-server and --topic:"
                        + " leave one of them out");
            }
            SpillwayConfig sidecar = config.read(session().environment());
            connect(Connection.with(sidecar.adminClient(), common().clientSettings()));
            return sidecar.topics().drop();
        }
        if (bootstrapServer == null || topic == null) {
            throw misuse("where is the drop topic? Say --bootstrap-server and --topic, or --config with the sidecar's"
                    + " configuration");
        }
        if (config.hasOverrides()) {
            throw misuse("-D changes a configuration, and none was named: add --config, or leave -D out");
        }
        connect(Connection.to(bootstrapServer, common().clientSettings()));
        return topic;
    }

    private void print(String text) {
        session().out().print(text);
        session().out().flush();
    }
}
