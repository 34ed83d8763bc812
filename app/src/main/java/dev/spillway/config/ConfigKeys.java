package dev.spillway.config;

import dev.spillway.flow.ShedPolicies;
import dev.spillway.flow.ShedPolicy;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.common.config.ConfigDef.Validator;
import org.apache.kafka.common.config.ConfigException;

/** Every key of the configuration with its type, default, range and documentation. The reference table is made from it. */
final class ConfigKeys {
    static final String APPLICATION_ID = "application.id";
    static final String BOOTSTRAP_SERVERS = "bootstrap.servers";
    static final String INPUT_TOPICS = "input.topics";
    static final String OUTPUT_TOPIC = "output.topic";
    static final String DROP_TOPIC = "drop.topic";
    static final String DROP_TOMBSTONES = "drop.tombstones";
    static final String DEAD_LETTER_TOPIC = "dead.letter.topic";
    static final String PROCESSED_TOPIC = "processed.topic";
    static final String SHED_POLICY = "shed.policy";
    static final String PROCESSING_GUARANTEE = "processing.guarantee";
    static final String PROCESSOR = "processor";
    static final String WORKERS = "workers";
    static final String WORKER_THREADS = "worker.threads";
    static final String QUEUE_CAPACITY = "queue.capacity";
    static final String QUEUE_CAPACITY_BYTES = "queue.capacity.bytes";
    static final String INSTANCE_ID = "instance.id";
    static final String TOPICS_CREATE = "topics.create";
    static final String COMMIT_INTERVAL_MS = "commit.interval.ms";
    static final String SHUTDOWN_TIMEOUT_MS = "shutdown.timeout.ms";
    static final String RETRY_MAX_RETRIES = "retry.max.retries";
    static final String RETRY_BACKOFF_MS = "retry.backoff.ms";
    static final String RETRY_BACKOFF_MAX_MS = "retry.backoff.max.ms";
    static final String PROCESSING_TIMEOUT_MS = "processing.timeout.ms";
    static final String ORDERING = "ordering";
    static final String PLUGIN_PATH = "plugin.path";
    static final String BATCH_MAX_RECORDS = "batch.max.records";
    static final String BATCH_LINGER_MS = "batch.linger.ms";
    static final String CIRCUIT_BREAKER_WINDOW = "circuit.breaker.window";
    static final String CIRCUIT_BREAKER_FAILURE_PERCENT = "circuit.breaker.failure.percent";
    static final String CIRCUIT_BREAKER_PROBE_INTERVAL_MS = "circuit.breaker.probe.interval.ms";
    static final String ADMIN_LISTEN = "admin.listen";
    static final String HTTP_URL = "http.url";
    static final String HTTP_CONTENT_TYPE = "http.content.type";
    static final String HTTP_VERSION = "http.version";
    static final String HTTP_CONNECT_TIMEOUT_MS = "http.connect.timeout.ms";
    static final String HTTP_TIMEOUT_MS = "http.timeout.ms";
    static final String HTTP_MAX_RESPONSE_BYTES = "http.max.response.bytes";
    static final String HTTP_BATCH_MAX_RECORDS = "http.batch.max.records";
    static final String JOB_IO_ALLOWED_HOSTS = "job.io.allowed.hosts";
    static final String ADMIN_HOSTS = "admin.hosts";
    static final String ALARM_QUEUE_MS = "alarm.queue.ms";
    static final String STALLED_AFTER_MS = "stalled.after.ms";
    static final String LOG_FORMAT = "log.format";

    static final String STAGES = "stages";
    static final String CONCURRENCY = "concurrency";

    static final String STAGE_PREFIX = "stage.";
    static final String CONSUMER_PREFIX = "consumer.";
    static final String PRODUCER_PREFIX = "producer.";
    static final String PROCESSOR_PREFIX = "processor.";

    static final List<String> REQUIRED =
            List.of(APPLICATION_ID, BOOTSTRAP_SERVERS, INPUT_TOPICS, OUTPUT_TOPIC, DROP_TOPIC, SHED_POLICY, PROCESSOR);

    /** What may be different in each stage: there it is {@code stage.<name>.} and this; beside these, what its processor gets. */
    static final Set<String> OF_A_STAGE = Set.of(
            PROCESSOR,
            WORKERS,
            QUEUE_CAPACITY,
            QUEUE_CAPACITY_BYTES,
            SHED_POLICY,
            CONCURRENCY,
            PROCESSING_TIMEOUT_MS,
            RETRY_MAX_RETRIES,
            RETRY_BACKOFF_MS,
            RETRY_BACKOFF_MAX_MS,
            BATCH_MAX_RECORDS,
            BATCH_LINGER_MS,
            HTTP_URL,
            HTTP_CONTENT_TYPE,
            HTTP_VERSION,
            HTTP_CONNECT_TIMEOUT_MS,
            HTTP_TIMEOUT_MS,
            HTTP_MAX_RESPONSE_BYTES,
            HTTP_BATCH_MAX_RECORDS,
            JOB_IO_ALLOWED_HOSTS);

    /** Some 25 days: long enough for anybody, and no sum of a few thousand of them overflows. */
    private static final int LONGEST_MILLIS = Integer.MAX_VALUE;

    private static final Object NONE = ConfigDef.NO_DEFAULT_VALUE;

    private ConfigKeys() {}

    static ConfigDef definition() {
        ConfigDef def = new ConfigDef();
        defineIdentity(def);
        defineFlow(def);
        defineStages(def);
        defineTiming(def);
        defineFailures(def);
        defineBatches(def);
        defineHttp(def);
        defineJob(def);
        defineOperation(def);
        return def;
    }

    private static void defineIdentity(ConfigDef def) {
        def.define(
                        APPLICATION_ID,
                        ConfigDef.Type.STRING,
                        NONE,
                        matching("[a-zA-Z0-9._-]{1,200}", "letters, digits, '.', '_' and '-'"),
                        Importance.HIGH,
                        "The name of this application: its consumer group, and the prefix of its client and transactional ids.")
                .define(
                        BOOTSTRAP_SERVERS,
                        ConfigDef.Type.LIST,
                        NONE,
                        ConfigDef.ValidList.anyNonDuplicateValues(false, false),
                        Importance.HIGH,
                        "Brokers to connect to first, as host:port, comma separated.")
                .define(
                        INPUT_TOPICS,
                        ConfigDef.Type.LIST,
                        NONE,
                        ConfigDef.ValidList.anyNonDuplicateValues(false, false),
                        Importance.HIGH,
                        "The topics to read, comma separated.")
                .define(OUTPUT_TOPIC, ConfigDef.Type.STRING, NONE, topic(), Importance.HIGH, "Where results go.")
                .define(
                        DROP_TOPIC,
                        ConfigDef.Type.STRING,
                        NONE,
                        topic(),
                        Importance.HIGH,
                        "Where a tombstone goes for every record that was shed.")
                .define(
                        DROP_TOMBSTONES,
                        ConfigDef.Type.STRING,
                        Tombstones.RECORD.configValue(),
                        ValidString.in(Arrays.stream(Tombstones.values())
                                .map(Tombstones::configValue)
                                .toArray(String[]::new)),
                        Importance.MEDIUM,
                        "What a tombstone stands for: record for one record, with its key; range for a run of neighbouring"
                                + " offsets of a partition that were shed together for the same reason, without their keys,"
                                + " which sheds faster.")
                .define(
                        DEAD_LETTER_TOPIC,
                        ConfigDef.Type.STRING,
                        null,
                        optional(topic()),
                        Importance.HIGH,
                        "Where a dead letter goes for every record that failed for good. Default: <application.id>-dead-letters.")
                .define(
                        PROCESSED_TOPIC,
                        ConfigDef.Type.STRING,
                        null,
                        optional(topic()),
                        Importance.LOW,
                        "Where a marker goes for every record that was processed without a result. Default: nowhere; then such"
                                + " a record leaves no trace, and the audit counts it as missing.")
                .define(
                        INSTANCE_ID,
                        ConfigDef.Type.STRING,
                        null,
                        optional(matching("[a-zA-Z0-9._-]{1,200}", "letters, digits, '.', '_' and '-'")),
                        Importance.MEDIUM,
                        "The stable name of this instance, different for each instance of the application (a StatefulSet's pod"
                                + " name, say): after a crash a restart under the same name takes over at once, or with"
                                + " consumer.group.protocol=consumer when Kafka releases the name. Default: a random name, and"
                                + " recovery waits for Kafka's time-outs.")
                .define(
                        TOPICS_CREATE,
                        ConfigDef.Type.BOOLEAN,
                        false,
                        Importance.MEDIUM,
                        "Create missing output, drop and dead letter topics, with as many partitions as the input has.");
    }

    private static void defineFlow(ConfigDef def) {
        def.define(
                        SHED_POLICY,
                        ConfigDef.Type.STRING,
                        NONE,
                        policy(),
                        Importance.HIGH,
                        "What happens when the queue is full. BLOCK sheds nothing and lets lag grow, DROP_NEWEST sheds the"
                                + " arriving record, DROP_OLDEST sheds the oldest queued one.")
                .define(
                        PROCESSING_GUARANTEE,
                        ConfigDef.Type.STRING,
                        Guarantee.EXACTLY_ONCE_V2.configValue(),
                        ValidString.in(Arrays.stream(Guarantee.values())
                                .map(Guarantee::configValue)
                                .toArray(String[]::new)),
                        Importance.HIGH,
                        "Whether an epoch's outputs and offsets are one Kafka transaction, or are written at least once.")
                .define(
                        PROCESSOR,
                        ConfigDef.Type.STRING,
                        NONE,
                        new ConfigDef.NonEmptyString(),
                        Importance.HIGH,
                        "What workers do with a record: identity, job, http, or the name of a class that implements"
                                + " dev.spillway.processor.Processor or BatchProcessor. Keys that begin with 'processor.' are"
                                + " handed to it. Instead of it, stages names several.")
                .define(
                        PLUGIN_PATH,
                        ConfigDef.Type.LIST,
                        List.of(),
                        ConfigDef.ValidList.anyNonDuplicateValues(true, false),
                        Importance.LOW,
                        "Folders that hold processors of your own, comma separated: each jar in them, and each folder of jars, is a"
                                + " plug-in with a class loader of its own.")
                .define(
                        WORKERS,
                        ConfigDef.Type.INT,
                        null,
                        optional(Range.between(1, 100_000)),
                        Importance.MEDIUM,
                        "How many records are processed at once. Default: twice the number of cores.")
                .define(
                        WORKER_THREADS,
                        ConfigDef.Type.STRING,
                        "auto",
                        ValidString.in("auto", "platform", "virtual"),
                        Importance.LOW,
                        "The kind of thread that a worker is; auto means virtual where the JVM has it (Java 21).")
                .define(
                        QUEUE_CAPACITY,
                        ConfigDef.Type.INT,
                        null,
                        optional(Range.atLeast(1)),
                        Importance.HIGH,
                        "How many records the queue holds at most. Default: the larger of twice the workers and"
                                + " consumer.max.poll.records; a smaller one sheds while idle, because a poll hands over that"
                                + " many at once.")
                .define(
                        QUEUE_CAPACITY_BYTES,
                        ConfigDef.Type.LONG,
                        64L * 1024 * 1024,
                        Range.atLeast(1),
                        Importance.MEDIUM,
                        "How many bytes (keys, values and headers) the queue holds at most.")
                .define(
                        ORDERING,
                        ConfigDef.Type.STRING,
                        "unordered",
                        ValidString.in(Arrays.stream(Ordering.values())
                                .map(Ordering::configValue)
                                .toArray(String[]::new)),
                        Importance.MEDIUM,
                        "Which records wait for others: unordered lets each go as soon as a worker is free; with key, those of"
                                + " one key are processed one after the other, in the order of their offsets, retries included,"
                                + " while other keys go on; with partition, those of one partition.");
    }

    private static void defineStages(ConfigDef def) {
        def.define(
                        CONCURRENCY,
                        ConfigDef.Type.STRING,
                        "fixed",
                        concurrency(),
                        Importance.MEDIUM,
                        "How many of the workers work at once: fixed means all of them; with adaptive as many as can do so without"
                                + " attempts taking much longer than at leisure, or failing, so that a slow service is not"
                                + " pushed over.")
                .define(
                        STAGES,
                        ConfigDef.Type.LIST,
                        "",
                        ConfigDef.ValidList.anyNonDuplicateValues(true, false),
                        Importance.MEDIUM,
                        "The names of several processors in a row, comma separated, instead of one in the key processor; each"
                                + " has its own queue and workers, and its keys begin with stage.<name>.");
    }

    /**
     * The keys that each stage is described by; what else may be different in it means there what it means without the prefix.
     *
     * @param prefix stands before each
     */
    static ConfigDef stageDefinition(String prefix) {
        return new ConfigDef()
                .define(
                        prefix + PROCESSOR,
                        ConfigDef.Type.STRING,
                        NONE,
                        new ConfigDef.NonEmptyString(),
                        Importance.HIGH,
                        "What the stage does with a record, as the key processor says it; what it forwards is the next stage's"
                                + " input. Keys that begin with 'stage.<name>.processor.' are handed to it.")
                .define(
                        prefix + SHED_POLICY,
                        ConfigDef.Type.STRING,
                        null,
                        optional(policy()),
                        Importance.HIGH,
                        "What happens when the stage's queue is full; required, but for the first stage, where the key"
                                + " shed.policy may say it. With BLOCK the workers of the stage before it wait.")
                .define(
                        prefix + WORKERS,
                        ConfigDef.Type.INT,
                        null,
                        optional(Range.between(1, 100_000)),
                        Importance.MEDIUM,
                        "How many records the stage processes at once. Default: workers.")
                .define(
                        prefix + QUEUE_CAPACITY,
                        ConfigDef.Type.INT,
                        null,
                        optional(Range.atLeast(0)),
                        Importance.MEDIUM,
                        "How many records the stage's queue holds at most; 0 is a rendezvous: a record is handed over only to a"
                                + " worker that waits for one. Default: twice the stage's workers; for the first stage, which needs"
                                + " at least 1, queue.capacity.")
                .define(
                        prefix + QUEUE_CAPACITY_BYTES,
                        ConfigDef.Type.LONG,
                        null,
                        optional(Range.atLeast(1)),
                        Importance.LOW,
                        "How many bytes the stage's queue holds at most. Default: queue.capacity.bytes.")
                .define(
                        prefix + CONCURRENCY,
                        ConfigDef.Type.STRING,
                        null,
                        optional(concurrency()),
                        Importance.MEDIUM,
                        "How many of the stage's workers work at once. Default: concurrency.");
    }

    /**
     * The names that the key {@code stages} lists.
     *
     * @throws InvalidConfigException when one cannot be part of a key, or comes twice
     */
    static List<String> stageNames(String list) {
        List<String> names = Arrays.stream(list.split(","))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
        for (String name : names) {
            if (!name.matches("[a-zA-Z0-9_-]{1,50}")) {
                throw new InvalidConfigException(
                        "stages names '" + name + "': use letters, digits, '_' and '-', 50 at most");
            }
            if (names.indexOf(name) != names.lastIndexOf(name)) {
                throw new InvalidConfigException("stages names " + name + " twice: give each its own name");
            }
        }
        return names;
    }

    private static Validator policy() {
        return ValidString.in(ShedPolicies.ALL.stream().map(ShedPolicy::name).toArray(String[]::new));
    }

    private static Validator concurrency() {
        return ValidString.in("fixed", "adaptive");
    }

    private static void defineTiming(ConfigDef def) {
        def.define(
                        COMMIT_INTERVAL_MS,
                        ConfigDef.Type.LONG,
                        null,
                        optional(minusOneOrAtLeastOne()),
                        Importance.MEDIUM,
                        "How long an epoch stays open, in milliseconds; -1 makes the whole run one epoch that is committed at"
                                + " shutdown (at_least_once only). Default: 100 with exactly_once_v2, otherwise 1000.")
                .define(
                        PROCESSING_TIMEOUT_MS,
                        ConfigDef.Type.LONG,
                        10_000L,
                        Range.between(1, LONGEST_MILLIS),
                        Importance.MEDIUM,
                        "How long one attempt at a record may take, in milliseconds; then it is interrupted and counts as failed.")
                .define(
                        SHUTDOWN_TIMEOUT_MS,
                        ConfigDef.Type.LONG,
                        30_000L,
                        Range.between(0, LONGEST_MILLIS),
                        Importance.MEDIUM,
                        "How long a shutdown may drain, in milliseconds, before it interrupts the workers.");
    }

    private static void defineFailures(ConfigDef def) {
        def.define(
                        RETRY_MAX_RETRIES,
                        ConfigDef.Type.INT,
                        3,
                        Range.between(0, 1000),
                        Importance.MEDIUM,
                        "How often a failed record is tried again before it becomes a dead letter.")
                .define(
                        RETRY_BACKOFF_MS,
                        ConfigDef.Type.LONG,
                        100L,
                        Range.between(0, LONGEST_MILLIS),
                        Importance.LOW,
                        "The pause before the first retry, in milliseconds; it doubles with each retry, with jitter.")
                .define(
                        RETRY_BACKOFF_MAX_MS,
                        ConfigDef.Type.LONG,
                        5000L,
                        Range.between(0, LONGEST_MILLIS),
                        Importance.LOW,
                        "The longest pause between two attempts, in milliseconds.")
                .define(
                        CIRCUIT_BREAKER_WINDOW,
                        ConfigDef.Type.INT,
                        20,
                        Range.between(0, 1_000_000),
                        Importance.MEDIUM,
                        "After how many attempts the failed ones among them are counted, to see whether what the processor depends"
                                + " on is down; 0 for never. While it is down the intake pauses and retries are not used up, so"
                                + " that an outage does not drain the input into the dead letter topic.")
                .define(
                        CIRCUIT_BREAKER_FAILURE_PERCENT,
                        ConfigDef.Type.INT,
                        95,
                        Range.between(1, 100),
                        Importance.LOW,
                        "How many of a hundred attempts have to fail for that; permanent failures do not count.")
                .define(
                        CIRCUIT_BREAKER_PROBE_INTERVAL_MS,
                        ConfigDef.Type.LONG,
                        1000L,
                        Range.between(1, LONGEST_MILLIS),
                        Importance.LOW,
                        "How often one record is tried then, in milliseconds; the flow goes on when that succeeds.");
    }

    private static void defineBatches(ConfigDef def) {
        def.define(
                        BATCH_MAX_RECORDS,
                        ConfigDef.Type.INT,
                        100,
                        Range.between(1, 100_000),
                        Importance.LOW,
                        "How many records a processor of your own that takes batches gets at most at once.")
                .define(
                        BATCH_LINGER_MS,
                        ConfigDef.Type.LONG,
                        5L,
                        Range.between(0, LONGEST_MILLIS),
                        Importance.LOW,
                        "How long after its first record a batch closes at the latest, in milliseconds; under load it fills"
                                + " without waiting.");
    }

    private static void defineHttp(ConfigDef def) {
        def.define(
                        HTTP_URL,
                        ConfigDef.Type.STRING,
                        null,
                        Importance.HIGH,
                        "Your service, which processor=http sends each record to, as http://host:port/path. It has to answer at"
                                + " that address itself: redirects are not followed.")
                .define(
                        HTTP_CONTENT_TYPE,
                        ConfigDef.Type.STRING,
                        "application/octet-stream",
                        matching("[!-~]+/[ -~]*[!-~]", "a media type"),
                        Importance.LOW,
                        "The Content-Type of a record's value where the record has no header content-type that says so; many"
                                + " services want application/json.")
                .define(
                        HTTP_VERSION,
                        ConfigDef.Type.STRING,
                        "1.1",
                        ValidString.in("1.1", "2"),
                        Importance.LOW,
                        "The version of HTTP. 2 asks the service for it and goes on with 1.1 where the service does not have it.")
                .define(
                        HTTP_TIMEOUT_MS,
                        ConfigDef.Type.LONG,
                        null,
                        optional(Range.between(1, LONGEST_MILLIS)),
                        Importance.MEDIUM,
                        "How long a service may take for a whole answer, in milliseconds; then the attempt has failed. Default:"
                                + " four fifths of processing.timeout.ms.")
                .define(
                        HTTP_CONNECT_TIMEOUT_MS,
                        ConfigDef.Type.LONG,
                        2000L,
                        Range.between(1, LONGEST_MILLIS),
                        Importance.LOW,
                        "How long a new connection to a service may take, in milliseconds; the time counts as part of"
                                + " http.timeout.ms.")
                .define(
                        HTTP_MAX_RESPONSE_BYTES,
                        ConfigDef.Type.INT,
                        1024 * 1024,
                        Range.between(1, 1 << 30),
                        Importance.MEDIUM,
                        "How long the body of an answer may be, in bytes; a record whose answer is longer becomes a dead letter.")
                .define(
                        HTTP_BATCH_MAX_RECORDS,
                        ConfigDef.Type.INT,
                        1,
                        Range.between(1, 10_000),
                        Importance.MEDIUM,
                        "How many records processor=http sends in one request at most; more than 1 makes a request a JSON array.");
    }

    private static void defineJob(ConfigDef def) {
        def.define(
                JOB_IO_ALLOWED_HOSTS,
                ConfigDef.Type.LIST,
                "localhost,127.0.0.1,[::1]",
                ConfigDef.ValidList.anyNonDuplicateValues(true, false),
                Importance.MEDIUM,
                "The hosts that io jobs of processor=job may fetch from, redirects included, comma separated, each as host or"
                        + " host:port. Empty: none. A name with a link-local address is refused all the same; only the address"
                        + " itself, in this list, is not.");
    }

    private static void defineOperation(ConfigDef def) {
        def.define(
                        ADMIN_LISTEN,
                        ConfigDef.Type.STRING,
                        "127.0.0.1:8080",
                        matching("|[^\\s:]+:[0-9]{1,5}|\\[[0-9a-fA-F:]+\\]:[0-9]{1,5}", "host:port, or nothing"),
                        Importance.LOW,
                        "Where the live page, metrics and health are served over HTTP, as host:port; empty switches it off.")
                .define(
                        ADMIN_HOSTS,
                        ConfigDef.Type.LIST,
                        "",
                        ConfigDef.ValidList.anyNonDuplicateValues(true, false),
                        Importance.LOW,
                        "Names besides localhost under which browsers and Prometheus may ask for that, comma separated."
                                + " Addresses need not be listed.")
                .define(
                        ALARM_QUEUE_MS,
                        ConfigDef.Type.LONG,
                        30_000L,
                        Range.between(1, LONGEST_MILLIS),
                        Importance.LOW,
                        "How long the queue may be more than 90 % full, in milliseconds, before a warning says so, once.")
                .define(
                        STALLED_AFTER_MS,
                        ConfigDef.Type.LONG,
                        30_000L,
                        Range.between(1, LONGEST_MILLIS),
                        Importance.LOW,
                        "For how long one thing may hold an epoch back, in milliseconds, before /health/stalled answers 503.")
                .define(
                        LOG_FORMAT,
                        ConfigDef.Type.STRING,
                        "text",
                        ValidString.in("text", "json"),
                        Importance.LOW,
                        "The form of what goes to stderr: text for people, or json for one JSON object in each line.");
    }

    /** A null default stands for one that is computed, or for none. */
    private static Validator optional(Validator validator) {
        return ConfigDef.LambdaValidator.with(
                (name, value) -> {
                    if (value != null) {
                        validator.ensureValid(name, value);
                    }
                },
                validator::toString);
    }

    private static Validator topic() {
        return matching("[a-zA-Z0-9._-]{1,249}", "a topic name of letters, digits, '.', '_' and '-'");
    }

    private static Validator minusOneOrAtLeastOne() {
        return ConfigDef.LambdaValidator.with(
                (name, value) -> {
                    if (((Long) value) < 1 && ((Long) value) != -1) {
                        throw new ConfigException(name, value, "Value must be at least 1, or -1");
                    }
                },
                () -> "[1,...] or -1");
    }

    private static Validator matching(String regex, String words) {
        return ConfigDef.LambdaValidator.with(
                (name, value) -> {
                    if (!((String) value).matches(regex)) {
                        throw new ConfigException(name, value, "Value must be " + words);
                    }
                },
                () -> words);
    }
}
