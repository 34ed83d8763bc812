package dev.spillway.cli;

import dev.spillway.config.SpillwayConfig;
import dev.spillway.config.TopicsConfig;
import dev.spillway.inspect.Originals;
import dev.spillway.inspect.ReadStart;
import dev.spillway.inspect.TimeWindow;
import dev.spillway.replay.Replay;
import dev.spillway.replay.ReplayOptions;
import dev.spillway.replay.ReplayPlan;
import dev.spillway.replay.ReplayRefusedException;
import dev.spillway.replay.ReplayReport;
import dev.spillway.replay.ReplayTransactions;
import dev.spillway.replay.Selection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Puts back what was shed or failed. */
@Command(
        name = "replay",
        description = {
            "Puts records that were shed, or that became dead letters, back into the input topic, each of them once.",
            "",
            "Interrupted, even by kill -9, and repeated with the same options it goes on where it was. To put the same"
                    + " records back once more, give it another --name. It ends with 2 when not all that was chosen could"
                    + " be put back, for example because the input topic no longer has it."
        },
        footer = {
            "",
            "Examples:",
            "  what would be put back of the last hour:",
            "    spillway replay --config spillway.properties --drops --from 1h --dry-run",
            "  do it, with 200 records a second:",
            "    spillway replay --config spillway.properties --drops --from 1h --rate 200",
            "  what a service could not take when it was down:",
            "    spillway replay --config spillway.properties --dead-letters --reason '*ConnectException*'",
            "",
            "Ctrl-C stops it after the transaction that is under way."
        })
final class ReplayCommand extends KafkaCommand {
    private static final int TRANSACTION_MILLIS = 60_000;
    private static final int LARGEST_BYTES = 100 << 20;

    @Mixin
    private final ConfigOptions config = new ConfigOptions();

    @Option(names = "--drops", description = "Put back what was shed.")
    private boolean drops;

    @Option(names = "--dead-letters", description = "Put back what failed.")
    private boolean deadLetters;

    @Mixin
    private final SelectionOptions selection = new SelectionOptions();

    @Option(
            names = "--to-topic",
            paramLabel = "TOPIC",
            description = "Put all of it there. Default: where each record came from.")
    private @Nullable String toTopic;

    @Option(
            names = "--rate",
            paramLabel = "R",
            description = "At most so many records a second. Default: as many as there can be.")
    private double rate;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description =
                    "The replay's name, under which its progress is kept. Default: one that follows from its options.")
    private @Nullable String name;

    @Option(names = "--dry-run", description = "Say what would be done, and do nothing.")
    private boolean dryRun;

    @Option(names = "--yes", description = "Go on though the same would be done to the records again.")
    private boolean yes;

    ReplayCommand(Session session) {
        super(session);
    }

    @Override
    ExitCode execute() throws ExecutionException {
        requireSense();
        SpillwayConfig sidecar = config.read(session().environment());
        ReplayOptions options = options(sidecar.topics());
        requireTargetApart(sidecar.topics());
        connect(Connection.with(sidecar.adminClient(), common().clientSettings()));
        Logging.withoutConnectionAttempts(common().verbose());
        Topics.require(connection(), topics(options), session().stop());
        String called = name == null ? kind() + "-" + options.fingerprint() : name;
        try {
            return replay(sidecar, options, called);
        } catch (ReplayRefusedException e) {
            throw new CommandFailure(e.isMistake() ? ExitCode.USAGE : ExitCode.KAFKA, String.valueOf(e.getMessage()));
        }
    }

    @Override
    ExitCode stopped() {
        return ExitCode.NOT_CONSERVED;
    }

    private ExitCode replay(SpillwayConfig sidecar, ReplayOptions options, String called) {
        String group = sidecar.applicationId() + "-replay-" + called;
        ReadStatus status = new ReadStatus(session());
        try (Consumer<byte[], byte[]> source = new KafkaConsumer<>(consumer(group));
                Consumer<byte[], byte[]> inputs =
                        new KafkaConsumer<>(connection().consumer())) {
            Originals originals = new Originals(
                    inputs, session().time(), connection().patience(), session().stop());
            Replay replay = new Replay(
                    called,
                    options,
                    source,
                    originals,
                    session().time(),
                    connection().patience(),
                    session().stop(),
                    status);
            ReplayReport report = dryRun ? replay.plan().report() : perform(replay, source, sidecar, options, group);
            status.end();
            session().print(report.text());
            return report.isWhole() ? ExitCode.FINE : ExitCode.NOT_CONSERVED;
        } finally {
            status.end();
        }
    }

    private ReplayReport perform(
            Replay replay,
            Consumer<byte[], byte[]> source,
            SpillwayConfig sidecar,
            ReplayOptions options,
            String group) {
        try (Producer<byte @Nullable [], byte @Nullable []> producer = new KafkaProducer<>(producer(group))) {
            ReplayTransactions transactions = new ReplayTransactions(producer, source);
            transactions.initialise();
            ReplayPlan plan = replay.plan();
            if (!plan.report().complete()) {
                return plan.report();
            }
            requireNoLoop(plan, sidecar, options);
            return replay.perform(transactions);
        }
    }

    private void requireNoLoop(ReplayPlan plan, SpillwayConfig sidecar, ReplayOptions options) {
        boolean toInput = options.target() == null || sidecar.topics().inputs().contains(options.target());
        boolean sheds = !sidecar.shedPolicy().name().equals("BLOCK");
        Instant now = Instant.ofEpochMilli(session().time().currentTimeMillis());
        plan.loop(toInput, sheds, rate > 0, drops, now).filter(why -> !yes).ifPresent(why -> {
            throw new CommandFailure(
                    ExitCode.USAGE, why + ": say --yes to put them back all the same, or --to-topic for another topic");
        });
    }

    private void requireSense() {
        if (!config.isGiven()) {
            throw misuse("--config is missing: name the sidecar's configuration");
        }
        if (drops == deadLetters) {
            throw misuse("say --drops to put back what was shed, or --dead-letters for what failed");
        }
        if (!(rate >= 0) || rate > 1e9) {
            throw misuse("--rate " + rate + " is no rate: use e.g. 500, or leave it out");
        }
        if (name != null && !name.matches("[A-Za-z0-9._-]{1,100}")) {
            throw misuse("--name " + name + " cannot be a name: use up to 100 letters, digits, '.', '_' and '-'");
        }
    }

    /** What is written there would be taken for the outcome of a record. */
    private void requireTargetApart(TopicsConfig topics) {
        if (toTopic != null && topics.outputs().contains(toTopic)) {
            throw misuse("--to-topic " + toTopic
                    + " is where the sidecar writes its outcomes, and the records would be taken"
                    + " for some: choose another topic");
        }
    }

    private ReplayOptions options(TopicsConfig topics) {
        long now = session().time().currentTimeMillis();
        TimeWindow window = selection.window(now);
        if (window.start() instanceof ReadStart.Since since && !since.instant().isBefore(window.end())) {
            throw misuse(
                    "--from " + since.instant() + " is not before --to " + window.end() + ": nothing lies between");
        }
        Set<String> inputs = Set.copyOf(topics.inputs());
        requireInputs(inputs);
        Selection chosen = selection.in(window);
        String source = drops ? topics.drop() : topics.deadLetter();
        List<String> typed = new ArrayList<>(List.of(source, String.valueOf(toTopic)));
        typed.addAll(selection.asTyped());
        return new ReplayOptions(source, inputs, chosen, toTopic, rate, typed);
    }

    private void requireInputs(Set<String> inputs) {
        List<String> strangers = selection.strangers(inputs);
        if (!strangers.isEmpty()) {
            throw misuse("--origin names " + strangers.get(0) + ", and the sidecar reads "
                    + String.join(", ", new TreeSet<>(inputs)) + ": name an origin as spillway.origin has it");
        }
    }

    private static List<String> topics(ReplayOptions options) {
        List<String> all = new ArrayList<>(options.inputs());
        all.add(options.source());
        if (options.target() != null) {
            all.add(options.target());
        }
        return all;
    }

    private String kind() {
        return drops ? "drops" : "dead-letters";
    }

    /** With the group's name, to ask for its offsets; it never subscribes, and so never joins the group. */
    private Map<String, Object> consumer(String group) {
        Map<String, Object> settings = connection().consumer();
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "500");
        return settings;
    }

    /** As large as the topic takes: the records were in Kafka before. */
    private Map<String, Object> producer(String transactionalId) {
        Map<String, Object> settings = new HashMap<>(connection().producer());
        settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
        settings.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TRANSACTION_MILLIS);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, LARGEST_BYTES);
        settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, (long) LARGEST_BYTES);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, connection().patience().toMillis());
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        return settings;
    }
}
