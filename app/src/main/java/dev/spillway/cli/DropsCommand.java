package dev.spillway.cli;

import dev.spillway.config.SpillwayConfig;
import dev.spillway.inspect.DropReport;
import dev.spillway.inspect.Drops;
import dev.spillway.inspect.Grouping;
import dev.spillway.inspect.Original;
import dev.spillway.inspect.Originals;
import dev.spillway.inspect.ReadStart;
import dev.spillway.inspect.TimeWindow;
import dev.spillway.inspect.Tombstone;
import dev.spillway.ledger.Origin;
import java.time.Instant;
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
            "It counts what the topic has when it starts: over time, by reason, by stage where there are several, and"
                    + " by key. With --follow it then goes on and prints a line for every record that is shed."
        },
        footer = {
            "",
            "Examples:",
            "  what was shed in the last hour, by key:",
            "    spillway drops --bootstrap-server localhost:9092 --topic orders-drops \\",
            "        --from 1h --by key",
            "  the drop topic of a sidecar, as it grows:",
            "    spillway drops --config spillway.properties --from latest --follow",
            "  the record behind a tombstone:",
            "    spillway drops --config spillway.properties --origin orders-3@17",
            "",
            "Ctrl-C stops it."
        })
final class DropsCommand extends KafkaCommand {
    private static final List<Grouping> OVERVIEW =
            List.of(Grouping.TIME, Grouping.REASON, Grouping.STAGE, Grouping.KEY);

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

    @Option(
            names = "--to",
            paramLabel = "WHEN",
            converter = WhenText.Converter.class,
            description = "Only what was shed before a time ago or an instant.")
    private @Nullable WhenText to;

    @Option(names = "--follow", description = "Go on, with a line for every record that is shed, until Ctrl-C.")
    private boolean follow;

    @Option(
            names = "--by",
            paramLabel = "GROUP",
            split = ",",
            converter = GroupingText.class,
            description =
                    "Count by time, reason, policy (whose verdict the reason names), stage, key, partition (of the"
                            + " input) or minute (UTC), or several of them, comma separated. Default: time,reason,stage,key.")
    private @Nullable List<Grouping> by;

    @Option(
            names = "--origin",
            paramLabel = "ORIGIN",
            converter = OriginText.class,
            description =
                    "Show the record behind a tombstone instead, as the input topic has it: topic-partition@offset.")
    private @Nullable Origin origin;

    @Option(names = "--json", description = "Print JSON, one object a line.")
    private boolean json;

    @Option(
            names = "--csv",
            description =
                    "Print comma-separated values: with --by a line for each group, otherwise for each tombstone.")
    private boolean csv;

    DropsCommand(Session session) {
        super(session);
    }

    @Override
    ExitCode execute() throws ExecutionException {
        requireSense();
        String wanted = connectAndName();
        Logging.withoutConnectionAttempts(common().verbose());
        Topics.require(connection(), List.of(wanted), session().stop());
        try (Consumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(connection().consumer())) {
            if (origin != null) {
                return showOriginal(consumer, origin);
            }
            show(consumer, wanted);
        }
        return ExitCode.FINE;
    }

    private void requireSense() {
        requireOrder(window());
        if (json && csv) {
            throw misuse("--json and --csv are two formats: leave one of them out");
        }
        if (follow && to != null) {
            throw misuse("--follow goes on until Ctrl-C, and --to says where to end: leave one of them out");
        }
        if (follow && csv && by != null) {
            throw misuse("--csv with --by prints groups and with --follow tombstones: leave --by or --follow out");
        }
        if (origin != null && (follow || csv || by != null || to != null)) {
            throw misuse("--origin shows one record: leave --follow, --csv, --by and --to out");
        }
    }

    private void requireOrder(TimeWindow window) {
        if (window.start() instanceof ReadStart.Since since && !since.instant().isBefore(window.end())) {
            throw misuse(
                    "--from " + since.instant() + " is not before --to " + window.end() + ": nothing lies between");
        }
    }

    private ExitCode showOriginal(Consumer<byte[], byte[]> consumer, Origin wanted) {
        Originals originals = new Originals(
                consumer, session().time(), connection().patience(), session().stop());
        Originals.Findings findings = originals.fetch(List.of(wanted));
        Original found = findings.present().get(wanted);
        if (found != null) {
            print(json ? found.json() + System.lineSeparator() : found.text());
            return ExitCode.FINE;
        }
        if (!findings.complete()) {
            say("stopped before the record was found");
            return ExitCode.FINE;
        }
        throw new CommandFailure(
                ExitCode.KAFKA, wanted + " cannot be shown: " + findings.gone().get(wanted));
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
        boolean complete = (csv && by == null) ? list(drops) : count(drops, status);
        status.end();
        if (follow && complete) {
            drops.follow(this::print);
        }
    }

    private boolean list(Drops drops) {
        print(Tombstone.csvHeader() + System.lineSeparator());
        boolean complete = drops.list(window(), this::print);
        if (!complete) {
            say("stopped before the end: there may be more");
        }
        return complete;
    }

    private boolean count(Drops drops, ReadStatus status) {
        DropReport report = drops.count(window(), by == null ? OVERVIEW : by);
        status.end();
        print(csv ? report.csv() : json ? report.json() + System.lineSeparator() : report.text());
        return report.complete();
    }

    private TimeWindow window() {
        long now = session().time().currentTimeMillis();
        Instant end = to == null ? Instant.MAX : to.at(now);
        ReadStart start = from.at(now);
        return new TimeWindow(start, end);
    }

    private String connectAndName() {
        if (config.isGiven()) {
            if (bootstrapServer != null || topic != null) {
                throw misuse("--config says where the drop topic is, and so do --bootstrap-server and --topic:"
                        + " leave one of them out");
            }
            SpillwayConfig sidecar = config.read(session().environment());
            connect(Connection.with(sidecar.adminClient(), common().clientSettings()));
            return origin == null ? sidecar.topics().drop() : origin.topic();
        }
        if (bootstrapServer == null || (topic == null && origin == null)) {
            throw misuse("where is the drop topic? Say --bootstrap-server and --topic, or --config with the sidecar's"
                    + " configuration");
        }
        if (config.hasOverrides()) {
            throw misuse("-D changes a configuration, and none was named: add --config, or leave -D out");
        }
        connect(Connection.to(bootstrapServer, common().clientSettings()));
        return origin == null ? String.valueOf(topic) : origin.topic();
    }

    private void print(Tombstone tombstone) {
        String line = csv ? tombstone.csv() : json ? tombstone.json() : tombstone.text();
        print(line + System.lineSeparator());
    }

    private void print(String text) {
        session().print(text);
    }
}
