package dev.spillway.cli;

import dev.spillway.load.Generator;
import dev.spillway.load.Load;
import dev.spillway.load.LoadReport;
import dev.spillway.load.Schedule;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes test load. */
@Command(
        name = "generate",
        description = {
            "Sends test records to a topic.",
            "",
            "With --rate the records have times at which they are due, and these never depend on the cluster: when it is slow,"
                    + " records are late, not fewer, and the summary says how late. Without --rate it sends as fast as it can."
                    + " The same options and seed give the same records, and the same times from the start on.",
            "",
            "Latencies count from when a record was due to its acknowledgement: a cluster that stands still shows in all the"
                    + " records that it kept waiting."
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
            "  from 100 to 2000 a second within a minute, values of very different lengths:",
            "    spillway generate --bootstrap-server localhost:9092 --topic orders --duration 2m \\",
            "        --rate 100 --pattern ramp:2000@1m --size 100=90,10000=10 --header source=test",
            "",
            "Ctrl-C stops it: what was sent is delivered, and the summary is printed."
        })
final class GenerateCommand extends KafkaCommand {
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

    @Mixin
    private final LoadOptions load = new LoadOptions(new Mistakes(this::misuse));

    @Mixin
    private final RecordOptions records = new RecordOptions(new Mistakes(this::misuse));

    GenerateCommand(Session session) {
        super(session);
    }

    @Override
    ExitCode execute() throws ExecutionException {
        if (isOnlyTopic()) {
            prepareTopic();
            return ExitCode.FINE;
        }
        Schedule schedule = load.schedule();
        Load whole = new Load(topic, schedule, records.source(), load.threads());
        Connection connection = prepareTopic();
        LoadProgress progress = LoadProgress.of(session(), schedule.total());
        Generator generator = new Generator(
                producer(connection), whole, session().time(), session().stop(), progress);
        LoadReport report = generator.run();
        progress.end();
        return summarise(report, schedule, connection);
    }

    private boolean isOnlyTopic() {
        return partitions != null && load.isNothing();
    }

    /** The cluster, where the topic exists from now on. */
    private Connection prepareTopic() throws ExecutionException {
        if (partitions != null) {
            new Mistakes(this::misuse)
                    .require(partitions > 0, "--partitions", partitions, "a number of partitions, at least 1");
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
        session().print(summary.text());
        report.failure().ifPresent(failure -> {
            throw new CommandFailure(
                    ExitCode.KAFKA,
                    summary.failure(Diagnosis.of(failure, connection).sentence()));
        });
        return ExitCode.FINE;
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
