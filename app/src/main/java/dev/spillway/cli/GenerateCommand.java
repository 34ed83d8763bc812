package dev.spillway.cli;

import dev.spillway.load.Burst;
import dev.spillway.load.Generator;
import dev.spillway.load.JobMix;
import dev.spillway.load.Limit;
import dev.spillway.load.LoadReport;
import dev.spillway.load.RecordSource;
import dev.spillway.load.Schedule;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Makes test load. */
@Command(
        name = "generate",
        description = {
            "Sends test records to a topic.",
            "",
            "With --rate the records have times at which they are due, and these never depend on the cluster: when it is slow,"
                    + " records are late, not fewer, and the summary says how late. Without --rate it sends as fast as it can."
                    + " The same options and seed give the same records."
        },
        footer = {
            "",
            "Examples:",
            "  100,000 records as fast as possible:",
            "    spillway generate --bootstrap-server localhost:9092 --topic orders --count 100000",
            "  a minute of 500 records a second, 2000 more every 10 seconds, a few keys hot:",
            "    spillway generate --bootstrap-server localhost:9092 --topic orders --duration 1m \\",
            "        --rate 500 --burst 2000@10s --keys 1000 --zipf 1.1",
            "  jobs for the job processor, one of 100 malformed:",
            "    spillway generate --bootstrap-server localhost:9092 --topic jobs --count 10000 \\",
            "        --rate 200 --mix cpu=60,delay=40 --poison 1",
            "",
            "Ctrl-C stops it: what was sent is delivered, and the summary is printed."
        })
final class GenerateCommand extends KafkaCommand {
    private static final int MOST_BYTES = 100_000_000;

    @Option(
            names = "--bootstrap-server",
            required = true,
            paramLabel = "HOST:PORT",
            description = "Brokers to connect to first, comma separated.")
    private String bootstrapServer = "";

    @Option(
            names = "--topic",
            required = true,
            paramLabel = "TOPIC",
            description = "Where to send; it must exist, unless --partitions is given.")
    private String topic = "";

    @Option(
            names = "--partitions",
            paramLabel = "N",
            description =
                    "Create the topic with N partitions if it does not exist; with --count 0 do no more than that.")
    private @Nullable Integer partitions;

    @ArgGroup(multiplicity = "1")
    private final Extent extent = new Extent();

    static final class Extent {
        @Option(names = "--count", required = true, paramLabel = "N", description = "Stop after so many records, ...")
        private @Nullable Long count;

        @Option(
                names = "--duration",
                required = true,
                paramLabel = "D",
                converter = DurationText.class,
                description = "... or after so long: 500ms, 30s, 5m, 1h.")
        private @Nullable Duration duration;
    }

    @Option(
            names = "--rate",
            paramLabel = "R",
            description = "Records a second, e.g. 500 or 0.5. Default: as fast as it can.")
    private @Nullable Double rate;

    @Option(
            names = "--burst",
            paramLabel = "N@D",
            converter = BurstText.class,
            description = "N more records every D, all at once, e.g. 1000@10s; needs --rate (0 for bursts alone).")
    private @Nullable Burst burst;

    @Option(
            names = "--keys",
            paramLabel = "K",
            defaultValue = "100",
            description = "How many different keys, key-0 to key-<K-1>; 0: no keys. Default: ${DEFAULT-VALUE}.")
    private int keys;

    @Option(
            names = "--zipf",
            paramLabel = "S",
            defaultValue = "0",
            description =
                    "Choose keys by a Zipf distribution with exponent S, e.g. 1.1: a few are hot. Default: all alike.")
    private double zipf;

    @Option(names = "--size", paramLabel = "BYTES", description = "Bytes in a value. Default: 100.")
    private @Nullable Integer size;

    @Option(
            names = "--mix",
            paramLabel = "KIND=WEIGHT,...",
            converter = MixOption.Converter.class,
            description =
                    "Values are JSON jobs for the job processor, e.g. cpu=60,io=30,delay=10. Default: plain text.")
    private @Nullable MixOption mix;

    @Option(
            names = "--cpu-iterations",
            paramLabel = "N",
            defaultValue = "100000",
            description = "How much a cpu job computes. Default: ${DEFAULT-VALUE}.")
    private long cpuIterations;

    @Option(
            names = "--delay-millis",
            paramLabel = "N",
            defaultValue = "10",
            description = "How long a delay job waits. Default: ${DEFAULT-VALUE}.")
    private long delayMillis;

    @Option(names = "--io-url", paramLabel = "URL", description = "What an io job calls.")
    private @Nullable URI ioUrl;

    @Option(
            names = "--poison",
            paramLabel = "PCT",
            defaultValue = "0",
            description = "How many of 100 jobs are malformed, e.g. 1 or 0.5. Default: ${DEFAULT-VALUE}.")
    private double poison;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Another seed, other records. Default: 1.")
    private long seed;

    GenerateCommand(Session session) {
        super(session);
    }

    @Override
    ExitCode execute() throws ExecutionException {
        if (isOnlyTopic()) {
            prepareTopic();
            return ExitCode.FINE;
        }
        Schedule schedule = schedule();
        RecordSource source = source();
        Connection connection = prepareTopic();
        LoadProgress progress = LoadProgress.of(session(), schedule.total());
        Generator generator = new Generator(
                producer(connection),
                topic,
                schedule,
                source,
                session().time(),
                session().stop(),
                progress);
        LoadReport report = generator.run();
        progress.end();
        return summarise(report, schedule, connection);
    }

    private boolean isOnlyTopic() {
        return partitions != null && extent.count != null && extent.count == 0;
    }

    /** The cluster, where the topic exists from now on. */
    private Connection prepareTopic() throws ExecutionException {
        if (partitions != null) {
            require(partitions > 0, "--partitions", partitions, "a number of partitions, at least 1");
        }
        Connection connection = connect(Connection.to(bootstrapServer, common().clientSettings()));
        Logging.withoutConnectionAttempts(common().verbose());
        if (partitions == null) {
            Topics.require(connection, List.of(topic), session().stop());
        } else if (Topics.create(connection, topic, partitions, session().stop())) {
            say("created the topic " + topic + " with " + partitions
                    + (partitions == 1 ? " partition" : " partitions"));
        } else {
            say("the topic " + topic + " exists");
        }
        return connection;
    }

    private ExitCode summarise(LoadReport report, Schedule schedule, Connection connection) {
        LoadSummary summary = new LoadSummary(
                report, topic, schedule.isPaced(), session().stop().isCancelled());
        session().out().print(summary.text());
        session().out().flush();
        report.failure().ifPresent(failure -> {
            throw new CommandFailure(
                    ExitCode.KAFKA,
                    summary.failure(Diagnosis.of(failure, connection).sentence()));
        });
        return ExitCode.FINE;
    }

    private Schedule schedule() {
        Limit limit = limit();
        if (rate == null) {
            if (burst != null) {
                throw misuse("--burst needs --rate, because without it nothing could be faster: add e.g. --rate 100,"
                        + " or --rate 0 for bursts alone");
            }
            return Schedule.asFastAsPossible(limit);
        }
        require(rate >= 0 && rate <= 1e9, "--rate", rate, "a number of records a second, e.g. 500 or 0.5");
        if (rate == 0 && burst == null) {
            throw misuse("--rate 0 is no load: give a rate, e.g. 100, or add bursts, e.g. --burst 1000@10s");
        }
        return Schedule.paced(rate, burst, limit);
    }

    private Limit limit() {
        Duration duration = extent.duration;
        if (duration != null) {
            return Limit.time(duration);
        }
        long count = extent.count == null ? 0 : extent.count;
        require(count > 0, "--count", count, "a number of records, at least 1");
        return Limit.records(count);
    }

    private RecordSource source() {
        require(keys >= 0, "--keys", keys, "a number of keys, 0 or more");
        require(zipf >= 0 && zipf <= 100, "--zipf", zipf, "an exponent from 0 to 100, e.g. 1.1");
        if (zipf > 0 && keys == 0) {
            throw misuse("--zipf chooses among keys, and --keys 0 asks for none: leave one of them out");
        }
        if (mix != null) {
            return RecordSource.jobs(seed, keys, zipf, jobs(mix));
        }
        if (poison != 0) {
            throw misuse("--poison makes jobs malformed, and plain text has no form: add e.g. --mix cpu=60,delay=40");
        }
        int bytes = size == null ? 100 : size;
        require(bytes >= 0 && bytes <= MOST_BYTES, "--size", bytes, "a number of bytes from 0 to " + MOST_BYTES);
        return RecordSource.text(seed, keys, zipf, bytes);
    }

    private JobMix jobs(MixOption kinds) {
        if (size != null) {
            throw misuse("--size is for plain text, and with --mix values are jobs: leave one of them out");
        }
        if (kinds.weight(MixOption.Kind.IO) > 0 && ioUrl == null) {
            throw misuse("--mix has io jobs, and nobody said what they call: add --io-url, or leave io out");
        }
        require(poison >= 0 && poison <= 100, "--poison", poison, "a percentage from 0 to 100");
        require(cpuIterations >= 0, "--cpu-iterations", cpuIterations, "a number, 0 or more");
        require(delayMillis >= 0, "--delay-millis", delayMillis, "a number of milliseconds, 0 or more");
        return new JobMix(
                kinds.weight(MixOption.Kind.CPU),
                kinds.weight(MixOption.Kind.IO),
                kinds.weight(MixOption.Kind.DELAY),
                cpuIterations,
                delayMillis,
                ioUrl == null ? null : ioUrl.toString(),
                poison);
    }

    private void require(boolean condition, String option, Object value, String what) {
        if (!condition) {
            throw misuse(option + " " + value + " is not " + what);
        }
    }

    /**
     * A full buffer must make records late, not fewer: a send waits as long as delivery may take, after which the records
     * before it have failed and made room.
     */
    private static Producer<byte[], byte[]> producer(Connection connection) {
        Map<String, Object> settings = connection.producer();
        settings.putIfAbsent(ProducerConfig.MAX_BLOCK_MS_CONFIG, "150000");
        return new KafkaProducer<>(settings);
    }
}
