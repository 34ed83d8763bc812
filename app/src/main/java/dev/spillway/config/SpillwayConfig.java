package dev.spillway.config;

import dev.spillway.flow.ShedPolicies;
import dev.spillway.flow.ShedPolicy;
import dev.spillway.flow.WorkerThreads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.GroupProtocol;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * The whole configuration: validated on construction, immutable, with computed defaults filled in. An error is one sentence
 * that names the key and the remedy.
 */
public final class SpillwayConfig {
    /** The key of the form of log lines: the one that has to be known before the configuration is. */
    public static final String LOG_FORMAT = ConfigKeys.LOG_FORMAT;

    private static final ConfigDef DEFINITION = ConfigKeys.definition();

    private final ConfigVariables variables;
    private final AbstractConfig values;
    private final Map<String, String> commonClientSettings;
    private final Map<String, String> consumerSettings;
    private final Map<String, String> producerSettings;
    private final Map<String, String> processorSettings;
    private final ShedPolicy shedPolicy;
    private final Guarantee guarantee;
    private final String instanceId;
    private final RetryConfig retry;
    private final TopicsConfig topics;
    private final HttpConfig http;
    private final List<AllowedHost> ioAllowedHosts;
    private final StageSettings stageSettings;
    private final List<StageConfig> stages;

    /**
     * Validates the settings as a whole.
     *
     * @param written the settings, of which some may say where their value is kept; see {@link #resolve}
     * @throws InvalidConfigException when they cannot work
     */
    public SpillwayConfig(Map<String, String> written) {
        this(ConfigVariables.resolve(written), true);
    }

    /** What the processor of one of several stages is configured by: what concerns the sidecar as a whole has been validated already. */
    static SpillwayConfig ofStage(Map<String, String> settings) {
        return new SpillwayConfig(ConfigVariables.none(settings), false);
    }

    private SpillwayConfig(ConfigVariables variables, boolean isWhole) {
        this.variables = variables;
        try {
            if (isWhole) {
                requireKnown(variables.values().keySet());
            }
            this.stageSettings = new StageSettings(variables.values());
            Map<String, String> settings = stageSettings.ofSidecar();
            requirePresent(settings);
            this.values = parse(settings);
            this.consumerSettings = withPrefix(settings, ConfigKeys.CONSUMER_PREFIX);
            this.producerSettings = withPrefix(settings, ConfigKeys.PRODUCER_PREFIX);
            this.processorSettings = withPrefix(settings, ConfigKeys.PROCESSOR_PREFIX);
            this.commonClientSettings = new HashMap<>(settings);
            this.commonClientSettings.keySet().removeIf(key -> !isCommonClientKey(key));
            this.shedPolicy =
                    ShedPolicies.named(values.getString(ConfigKeys.SHED_POLICY)).orElseThrow();
            this.guarantee = Guarantee.valueOf(
                    values.getString(ConfigKeys.PROCESSING_GUARANTEE).toUpperCase(Locale.ROOT));
            this.instanceId = hasInstanceId()
                    ? values.getString(ConfigKeys.INSTANCE_ID)
                    : UUID.randomUUID().toString();
            this.retry = new RetryConfig(
                    values.getInt(ConfigKeys.RETRY_MAX_RETRIES),
                    millis(ConfigKeys.RETRY_BACKOFF_MS),
                    millis(ConfigKeys.RETRY_BACKOFF_MAX_MS),
                    millis(ConfigKeys.PROCESSING_TIMEOUT_MS));
            this.topics = new TopicsConfig(
                    values.getList(ConfigKeys.INPUT_TOPICS),
                    values.getString(ConfigKeys.OUTPUT_TOPIC),
                    values.getString(ConfigKeys.DROP_TOPIC),
                    deadLetterTopic(),
                    values.getString(ConfigKeys.PROCESSED_TOPIC),
                    values.getBoolean(ConfigKeys.TOPICS_CREATE));
            this.http = parseHttp();
            this.ioAllowedHosts = values.getList(ConfigKeys.JOB_IO_ALLOWED_HOSTS).stream()
                    .map(AllowedHost::parse)
                    .toList();
            requireWorkable();
            this.stages = stageSettings.stages(this);
            if (isWhole) {
                requireWorkableClients();
            }
        } catch (InvalidConfigException e) {
            throw new InvalidConfigException(variables.redact(String.valueOf(e.getMessage())));
        }
    }

    /**
     * Settings in which every <code>${file:PATH:KEY}</code>, <code>${directory:PATH:FILE}</code> and <code>${env:NAME}</code> has been
     * replaced by what is kept there.
     *
     * @throws InvalidConfigException when something is not there
     */
    public static Map<String, String> resolve(Map<String, String> written) {
        return ConfigVariables.resolve(written).values();
    }

    /** The consumer group, and the prefix of client and transactional ids. */
    public String applicationId() {
        return values.getString(ConfigKeys.APPLICATION_ID);
    }

    /** Topics to read and write. */
    public TopicsConfig topics() {
        return topics;
    }

    /** What happens when the queue is full. */
    public ShedPolicy shedPolicy() {
        return shedPolicy;
    }

    /** What a tombstone stands for. */
    public Tombstones tombstones() {
        return Tombstones.valueOf(values.getString(ConfigKeys.DROP_TOMBSTONES).toUpperCase(Locale.ROOT));
    }

    public Guarantee guarantee() {
        return guarantee;
    }

    /** A short name or a class name. */
    public String processor() {
        return values.getString(ConfigKeys.PROCESSOR);
    }

    /** What the processor is configured with: the keys that begin with {@code processor.}, without that. */
    public Map<String, String> processorSettings() {
        return Map.copyOf(processorSettings);
    }

    /** The folders that hold plug-ins. */
    public List<String> pluginPath() {
        return values.getList(ConfigKeys.PLUGIN_PATH);
    }

    /** How processors speak HTTP. */
    public HttpConfig http() {
        return http;
    }

    /** Where io jobs may fetch from. */
    public List<AllowedHost> ioAllowedHosts() {
        return ioAllowedHosts;
    }

    /** How many records are processed at once. */
    public int workers() {
        Integer workers = values.getInt(ConfigKeys.WORKERS);
        return workers != null ? workers : 2 * Runtime.getRuntime().availableProcessors();
    }

    /** The kind of thread that a worker is. */
    public WorkerThreads workerThreads() {
        return WorkerThreads.valueOf(values.getString(ConfigKeys.WORKER_THREADS).toUpperCase(Locale.ROOT));
    }

    /** The stages in the order in which a record passes them; one without a name where none are configured. */
    public List<StageConfig> stages() {
        return stages;
    }

    /** Whether how many workers work at once depends on how long that takes. */
    boolean isAdaptive() {
        return concurrency().equals("adaptive");
    }

    String concurrency() {
        return values.getString(ConfigKeys.CONCURRENCY);
    }

    /** The longest that one record may take: in all stages together, without what it waits in queues. */
    public Duration longestProcessing() {
        return stages.stream().map(stage -> stage.retry().longestProcessing()).reduce(Duration.ZERO, Duration::plus);
    }

    /** How many records the queue holds at most. */
    public int queueCapacity() {
        Integer capacity = values.getInt(ConfigKeys.QUEUE_CAPACITY);
        return capacity != null ? capacity : Math.max(2 * workers(), maxPollRecords());
    }

    /** How many bytes the queue holds at most. */
    public long queueCapacityBytes() {
        return values.getLong(ConfigKeys.QUEUE_CAPACITY_BYTES);
    }

    /** Whether somebody named this instance; see {@link #instanceId()}. */
    public boolean hasInstanceId() {
        return values.getString(ConfigKeys.INSTANCE_ID) != null;
    }

    /**
     * The name under which the consumer joins the group, where Kafka lets nobody else have it meanwhile: with {@code instance.id} and the
     * group protocol {@code consumer}; otherwise null.
     */
    public @Nullable String exclusiveGroupInstanceId() {
        Map<String, Object> consumer = consumerClient();
        return GroupProtocol.CONSUMER.name().equalsIgnoreCase(String.valueOf(consumer.get("group.protocol")))
                ? (String) consumer.get("group.instance.id")
                : null;
    }

    /** The instance's name, random when nobody gave it one. */
    public String instanceId() {
        return instanceId;
    }

    /** How long an epoch stays open; empty for one epoch per run. */
    public @Nullable Duration commitInterval() {
        Long interval = values.getLong(ConfigKeys.COMMIT_INTERVAL_MS);
        if (interval == null) {
            return Duration.ofMillis(guarantee == Guarantee.EXACTLY_ONCE_V2 ? 100 : 1000);
        }
        return interval == -1 ? null : Duration.ofMillis(interval);
    }

    /** How long a shutdown may drain. */
    public Duration shutdownTimeout() {
        return millis(ConfigKeys.SHUTDOWN_TIMEOUT_MS);
    }

    /** Which records wait for each other. */
    public Ordering ordering() {
        return Ordering.valueOf(values.getString(ConfigKeys.ORDERING).toUpperCase(Locale.ROOT));
    }

    /** How many records a batch holds at most. */
    public int batchMaxRecords() {
        return values.getInt(ConfigKeys.BATCH_MAX_RECORDS);
    }

    /** How long after its first record a batch closes. */
    public Duration batchLinger() {
        return millis(ConfigKeys.BATCH_LINGER_MS);
    }

    /** When what the processor depends on counts as down. */
    public BreakerConfig breaker() {
        return new BreakerConfig(
                values.getInt(ConfigKeys.CIRCUIT_BREAKER_WINDOW),
                values.getInt(ConfigKeys.CIRCUIT_BREAKER_FAILURE_PERCENT),
                millis(ConfigKeys.CIRCUIT_BREAKER_PROBE_INTERVAL_MS));
    }

    public RetryConfig retry() {
        return retry;
    }

    /** Where health is served, as host:port; empty for nowhere. */
    public String adminListen() {
        return values.getString(ConfigKeys.ADMIN_LISTEN);
    }

    /** Whether somebody chose {@link #adminListen()}. */
    public boolean isAdminListenSet() {
        return values.originals().containsKey(ConfigKeys.ADMIN_LISTEN);
    }

    /** Names, besides localhost, under which it may be asked. */
    public List<String> adminHosts() {
        return values.getList(ConfigKeys.ADMIN_HOSTS);
    }

    /** How long the queue may be nearly full before that is worth a warning. */
    public Duration queueAlarm() {
        return millis(ConfigKeys.ALARM_QUEUE_MS);
    }

    /** For how long one thing may hold an epoch back before that counts as a stall. */
    public Duration stalledAfter() {
        return millis(ConfigKeys.STALLED_AFTER_MS);
    }

    /** Every key with the value that is in force, computed defaults and client settings included, ordered by key; secrets hidden. */
    public SortedMap<String, String> shown() {
        SortedMap<String, String> shown = new TreeMap<>();
        values.values().forEach((key, value) -> shown.put(key, text(value)));
        shown.put(ConfigKeys.WORKERS, Integer.toString(workers()));
        shown.put(ConfigKeys.QUEUE_CAPACITY, Integer.toString(queueCapacity()));
        shown.put(ConfigKeys.DEAD_LETTER_TOPIC, topics.deadLetter());
        shown.put(ConfigKeys.INSTANCE_ID, instanceId);
        Duration interval = commitInterval();
        shown.put(ConfigKeys.COMMIT_INTERVAL_MS, interval == null ? "-1" : Long.toString(interval.toMillis()));
        shown.putAll(commonClientSettings);
        consumerSettings.forEach((key, value) -> shown.put(ConfigKeys.CONSUMER_PREFIX + key, value));
        producerSettings.forEach((key, value) -> shown.put(ConfigKeys.PRODUCER_PREFIX + key, value));
        processorSettings.forEach((key, value) -> shown.put(ConfigKeys.PROCESSOR_PREFIX + key, value));
        stageSettings.show(stages, shown);
        shown.putAll(variables.written());
        shown.replaceAll(Secrets::hide);
        return shown;
    }

    private static String text(@Nullable Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(String::valueOf).collect(Collectors.joining(","));
        }
        return value == null ? "" : value.toString();
    }

    /** How long a Kafka transaction may stay open before the broker aborts it. */
    public Duration transactionTimeout() {
        return producerSettings.containsKey(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG)
                ? Duration.ofMillis(producerSetting(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 0))
                : RetryConfig.transactionTimeoutFor(longestProcessing());
    }

    /** How many records a poll returns at most. */
    public int maxPollRecords() {
        return consumerSetting(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, ConsumerConfig.DEFAULT_MAX_POLL_RECORDS);
    }

    /** How long the group waits for a member's next poll, a rebalance included. */
    public Duration maxPollInterval() {
        return Duration.ofMillis(consumerSetting(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, 300_000));
    }

    /** Kafka's limit for one request of a producer, in bytes: no record may be larger. */
    public int maxRequestSize() {
        return producerSetting(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 1024 * 1024);
    }

    /** How large a batch of a producer may get, in bytes. */
    int producerBatchSize(int fallback) {
        return producerSetting(ProducerConfig.BATCH_SIZE_CONFIG, fallback);
    }

    /** Settings of the admin client. */
    public Map<String, Object> adminClient() {
        return ClientSettings.admin(this, commonClientSettings);
    }

    /** Settings of the consumer. */
    public Map<String, Object> consumerClient() {
        return ClientSettings.consumer(this, commonClientSettings, consumerSettings);
    }

    /** Settings of a consumer that inspects topics and asks for the group's offsets, and never subscribes, so never joins it. */
    public Map<String, Object> inspectionClient() {
        return ClientSettings.inspection(this, commonClientSettings);
    }

    /**
     * Settings of a producer.
     *
     * @param index 0, 1 or 2, part of the transactional id under exactly once
     */
    public Map<String, Object> producerClient(int index) {
        return ClientSettings.producer(this, index, commonClientSettings, producerSettings);
    }

    String bootstrapServers() {
        return String.join(",", values.getList(ConfigKeys.BOOTSTRAP_SERVERS));
    }

    /** The reference table of the documentation, in Markdown. */
    public static String reference() {
        return ConfigReference.markdown(DEFINITION, ConfigKeys.stageDefinition(ConfigKeys.STAGE_PREFIX + "<name>."));
    }

    /** Whether a key means anything here. */
    static boolean isKnown(String key) {
        return DEFINITION.names().contains(key)
                || isPrefixed(key)
                || StageSettings.isKnown(key)
                || AdminClientConfig.configNames().contains(key);
    }

    private static boolean isPrefixed(String key) {
        return (key.startsWith(ConfigKeys.CONSUMER_PREFIX) && !key.equals(ConfigKeys.CONSUMER_PREFIX))
                || (key.startsWith(ConfigKeys.PRODUCER_PREFIX) && !key.equals(ConfigKeys.PRODUCER_PREFIX))
                || (key.startsWith(ConfigKeys.PROCESSOR_PREFIX) && !key.equals(ConfigKeys.PROCESSOR_PREFIX));
    }

    /** Settings that all of Kafka's clients share (security, time-outs) need no prefix. */
    private static boolean isCommonClientKey(String key) {
        return AdminClientConfig.configNames().contains(key)
                && !DEFINITION.names().contains(key);
    }

    private static void requireKnown(Set<String> keys) {
        for (String key : new TreeSet<>(keys)) {
            if (!isKnown(key)) {
                List<String> known = new ArrayList<>(DEFINITION.names());
                known.addAll(AdminClientConfig.configNames());
                known.addAll(StageSettings.likely(key));
                throw unknown(key, NearestKey.of(key, known));
            }
            requireKnownToClient(
                    key, ConfigKeys.CONSUMER_PREFIX, ConsumerConfig.configNames(), ClientSettings.CONSUMER_OWNED);
            requireKnownToClient(
                    key, ConfigKeys.PRODUCER_PREFIX, ProducerConfig.configNames(), ClientSettings.PRODUCER_OWNED);
        }
    }

    private static InvalidConfigException unknown(String key, String nearest) {
        return new InvalidConfigException("unknown key '" + key + "': "
                + (NearestKey.isNear(key, nearest)
                        ? "did you mean '" + nearest + "'?"
                        : "remove it, or look in the README for what it should be called"));
    }

    /**
     * Spillway's promises rest on some client settings, which are therefore not open. Others may belong to a plug-in of the
     * client (an interceptor, say), so only a near miss of a known one is refused.
     */
    private static void requireKnownToClient(String key, String prefix, Set<String> names, Set<String> owned) {
        if (!key.startsWith(prefix)) {
            return;
        }
        String name = key.substring(prefix.length());
        if (owned.contains(name)) {
            throw new InvalidConfigException(key + " is set by Spillway itself: remove it");
        }
        String nearest = NearestKey.of(name, names);
        if (!names.contains(name) && NearestKey.isNear(name, nearest)) {
            throw new InvalidConfigException("unknown key '" + key + "': did you mean '" + prefix + nearest + "'?");
        }
    }

    private static void requirePresent(Map<String, String> settings) {
        for (String key : ConfigKeys.REQUIRED) {
            if (settings.getOrDefault(key, "").isBlank()) {
                throw new InvalidConfigException(key + " is missing: " + documentationOf(key));
            }
        }
    }

    private static String documentationOf(String key) {
        return Objects.requireNonNull(DEFINITION.configKeys().get(key)).documentation;
    }

    private static AbstractConfig parse(Map<String, String> settings) {
        try {
            return new AbstractConfig(DEFINITION, settings, false);
        } catch (ConfigException e) {
            throw new InvalidConfigException(String.valueOf(e.getMessage()));
        }
    }

    private void requireWorkable() {
        topics.requireDistinct();
        if (workerThreads() == WorkerThreads.VIRTUAL && !WorkerThreads.virtualAvailable()) {
            throw new InvalidConfigException("worker.threads=virtual needs Java 21 or later, and this is Java "
                    + Runtime.version().feature() + ": use worker.threads=auto, or a newer Java");
        }
        if (processor().equals("http")) {
            requireWorkableHttp();
        }
    }

    /** What depends on all stages together, and what Kafka's clients say. */
    private void requireWorkableClients() {
        if (guarantee == Guarantee.EXACTLY_ONCE_V2) {
            requireWorkableTransactions();
        }
        requireClientsParse();
    }

    private void requireWorkableHttp() {
        if (http.url() == null) {
            throw new InvalidConfigException("processor=http needs " + ConfigKeys.HTTP_URL
                    + ": the address of your service, such as http://localhost:8000/");
        }
        Long timeout = values.getLong(ConfigKeys.HTTP_TIMEOUT_MS);
        if (timeout != null && timeout >= retry.timeout().toMillis()) {
            throw new InvalidConfigException(ConfigKeys.HTTP_TIMEOUT_MS + "=" + timeout
                    + " is not below processing.timeout.ms=" + retry.timeout().toMillis()
                    + ", which would end the exchange first: lower it, or raise that");
        }
    }

    private void requireWorkableTransactions() {
        if (commitInterval() == null) {
            throw new InvalidConfigException(
                    "commit.interval.ms=-1 would keep one Kafka transaction open for the whole run,"
                            + " which no broker allows: use processing.guarantee=at_least_once with it, or an interval");
        }
        String set = producerSettings.get(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG);
        Duration longest = longestProcessing();
        if (set != null && transactionTimeout().compareTo(longest) < 0) {
            throw new InvalidConfigException("producer.transaction.timeout.ms=" + set + " is shorter than the "
                    + longest.toMillis() + " ms that one record may take (processing.timeout.ms and retry.* together):"
                    + " raise it, or lower those");
        }
        if (transactionTimeout().toMillis() > Integer.MAX_VALUE) {
            throw new InvalidConfigException("one record may take " + longest.toMillis()
                    + " ms (processing.timeout.ms and retry.* together), longer than any Kafka transaction: lower those,"
                    + " or use processing.guarantee=at_least_once");
        }
        if (commitInterval().compareTo(transactionTimeout().dividedBy(3)) > 0) {
            throw new InvalidConfigException(
                    "commit.interval.ms=" + commitInterval().toMillis()
                            + " is more than a third of the transaction time-out of "
                            + transactionTimeout().toMillis()
                            + " ms: lower it, or raise producer.transaction.timeout.ms");
        }
    }

    private void requireClientsParse() {
        JaasSetting.require(adminClient());
        JaasSetting.require(consumerClient());
        JaasSetting.require(producerClient(0));
        // The settings that all clients share come first: only what is left can be due to those with a prefix.
        requireParses("Kafka's clients refuse their settings", () -> new AdminClientConfig(adminClient()));
        requireParses("Kafka's client refuses the 'consumer.' settings", () -> new ConsumerConfig(consumerClient()));
        requireParses(
                "Kafka's client refuses the 'producer.' settings",
                () -> requireRoomInProducer(new ProducerConfig(producerClient(0))));
    }

    /** Otherwise Kafka's client would find out with the first record that is too large, or with the first of all. */
    private void requireRoomInProducer(ProducerConfig producer) {
        long room = producer.getLong(ProducerConfig.BUFFER_MEMORY_CONFIG);
        for (String key : List.of(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, ProducerConfig.BATCH_SIZE_CONFIG)) {
            int bytes = producer.getInt(key);
            if (room < bytes) {
                throw new InvalidConfigException(
                        "producer.buffer.memory=" + room + " has no room for producer." + key + "="
                                + bytes + (producerSettings.containsKey(key) ? "" : ", the default")
                                + ": raise the one, or lower the other");
            }
        }
    }

    private static void requireParses(String otherwise, Runnable client) {
        try {
            client.run();
        } catch (ConfigException e) {
            throw new InvalidConfigException(otherwise + ": " + e.getMessage());
        }
    }

    private String deadLetterTopic() {
        String topic = values.getString(ConfigKeys.DEAD_LETTER_TOPIC);
        return topic != null ? topic : applicationId() + "-dead-letters";
    }

    private HttpConfig parseHttp() {
        String url = values.getString(ConfigKeys.HTTP_URL);
        Long timeout = values.getLong(ConfigKeys.HTTP_TIMEOUT_MS);
        return new HttpConfig(
                url == null ? null : HttpConfig.parseUrl(url),
                values.getString(ConfigKeys.HTTP_VERSION),
                millis(ConfigKeys.HTTP_CONNECT_TIMEOUT_MS),
                timeout != null
                        ? Duration.ofMillis(timeout)
                        : retry.timeout().multipliedBy(4).dividedBy(5),
                values.getInt(ConfigKeys.HTTP_MAX_RESPONSE_BYTES),
                values.getString(ConfigKeys.HTTP_CONTENT_TYPE),
                values.getInt(ConfigKeys.HTTP_BATCH_MAX_RECORDS));
    }

    private Duration millis(String key) {
        return Duration.ofMillis(values.getLong(key));
    }

    private int consumerSetting(String key, int fallback) {
        return wholeNumber(ConfigKeys.CONSUMER_PREFIX + key, consumerSettings.get(key), fallback);
    }

    private int producerSetting(String key, int fallback) {
        return wholeNumber(ConfigKeys.PRODUCER_PREFIX + key, producerSettings.get(key), fallback);
    }

    private static int wholeNumber(String key, @Nullable String set, int fallback) {
        try {
            return set == null ? fallback : Integer.parseInt(set.strip());
        } catch (NumberFormatException e) {
            throw new InvalidConfigException(
                    key + "=" + set + " is not a whole number of at most " + Integer.MAX_VALUE + ": correct it");
        }
    }

    private static Map<String, String> withPrefix(Map<String, String> settings, String prefix) {
        Map<String, String> found = new HashMap<>();
        settings.forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                found.put(key.substring(prefix.length()), value);
            }
        });
        return found;
    }
}
