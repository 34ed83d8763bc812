package dev.spillway.config;

import dev.spillway.flow.ShedPolicies;
import dev.spillway.flow.ShedPolicy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * What {@code stages} and the keys that begin with {@code stage.} say. A stage is configured as a sidecar is: its own keys lie over the
 * sidecar's. Only what must be chosen for each one is not taken over: processor and shed policy, and the queue's capacity, which the
 * sidecar chooses by the size of a poll.
 */
final class StageSettings {
    private static final Pattern KEY = Pattern.compile("stage\\.([a-zA-Z0-9_-]+)\\.(.+)");
    private static final Set<String> NOT_TAKEN_OVER =
            Set.of(ConfigKeys.STAGES, ConfigKeys.PROCESSOR, ConfigKeys.SHED_POLICY, ConfigKeys.QUEUE_CAPACITY);

    private final Map<String, String> given;
    /** In their order, with the keys of each without {@code stage.<name>.}. */
    private final Map<String, Map<String, String>> own = new LinkedHashMap<>();
    /** The keys that only a stage has, by stage. */
    private final Map<String, AbstractConfig> values = new HashMap<>();

    /**
     * Reads the keys of all stages.
     *
     * @throws InvalidConfigException when they name no stage, or a stage lacks what only it can say
     */
    StageSettings(Map<String, String> given) {
        this.given = given;
        for (String name : ConfigKeys.stageNames(given.getOrDefault(ConfigKeys.STAGES, ""))) {
            own.put(name, new HashMap<>());
        }
        given.forEach((key, value) -> {
            Matcher matcher = KEY.matcher(key);
            if (matcher.matches()) {
                ownOf(matcher.group(1), key).put(matcher.group(2), value);
            }
        });
        own.forEach(this::requireComplete);
        own.keySet().forEach(name -> values.put(name, parse(name)));
    }

    /** Whether a key means something in a stage, whatever that is called. */
    static boolean isKnown(String key) {
        Matcher matcher = KEY.matcher(key);
        return matcher.matches()
                && (ConfigKeys.OF_A_STAGE.contains(matcher.group(2))
                        || (matcher.group(2).startsWith(ConfigKeys.PROCESSOR_PREFIX)
                                && !matcher.group(2).equals(ConfigKeys.PROCESSOR_PREFIX)));
    }

    /** What somebody may have meant by a key that begins with {@code stage.}. */
    static List<String> likely(String key) {
        Matcher matcher = KEY.matcher(key);
        String name = matcher.matches() ? matcher.group(1) : "<name>";
        return ConfigKeys.OF_A_STAGE.stream()
                .map(known -> ConfigKeys.STAGE_PREFIX + name + "." + known)
                .toList();
    }

    /** The settings of the sidecar: where there are stages, with the first one's keys over them, as that is what the intake fills. */
    Map<String, String> ofSidecar() {
        Map<String, String> settings = withoutStages();
        own.values().stream().findFirst().ifPresent(settings::putAll);
        return settings;
    }

    /** The stages of a sidecar that was made of {@link #ofSidecar}; one without a name where none are configured. */
    List<StageConfig> stages(SpillwayConfig sidecar) {
        List<StageConfig> stages = new ArrayList<>();
        for (String name : own.keySet()) {
            stages.add(stages.isEmpty() ? first(name, sidecar) : further(name));
        }
        return stages.isEmpty() ? List.of(first(null, sidecar)) : List.copyOf(stages);
    }

    /** Puts what is in force in the stages over what is shown of the sidecar. */
    void show(List<StageConfig> stages, SortedMap<String, String> shown) {
        Map<String, String> first = own.values().stream().findFirst().orElse(Map.of());
        first.keySet().forEach(key -> {
            String before = given.get(key);
            if (before == null) {
                shown.remove(key);
            } else {
                shown.put(key, before);
            }
        });
        for (StageConfig stage : stages) {
            if (stage.name() != null) {
                String prefix = ConfigKeys.STAGE_PREFIX + stage.name() + ".";
                own.getOrDefault(stage.name(), Map.of()).forEach((key, value) -> shown.put(prefix + key, value));
                shown.put(prefix + ConfigKeys.WORKERS, Integer.toString(stage.workers()));
                shown.put(prefix + ConfigKeys.QUEUE_CAPACITY, Integer.toString(stage.queueCapacity()));
                shown.put(prefix + ConfigKeys.QUEUE_CAPACITY_BYTES, Long.toString(stage.queueCapacityBytes()));
                shown.put(prefix + ConfigKeys.SHED_POLICY, stage.shedPolicy().name());
                shown.put(prefix + ConfigKeys.CONCURRENCY, stage.processing().concurrency());
            }
        }
    }

    private Map<String, String> ownOf(String name, String key) {
        Map<String, String> settings = own.get(name);
        if (settings == null) {
            throw new InvalidConfigException(key + " is about a stage that the key 'stages' does not name"
                    + (own.isEmpty() ? "" : " (it names " + String.join(", ", own.keySet()) + ")")
                    + ": add it there, or correct the name");
        }
        return settings;
    }

    private void requireComplete(String name, Map<String, String> settings) {
        if (given.containsKey(ConfigKeys.PROCESSOR)) {
            throw new InvalidConfigException(
                    "processor is set, and so is stages: remove processor, and name one for each"
                            + " stage in stage.<name>.processor");
        }
        requireSet(name, settings, ConfigKeys.PROCESSOR, "what the stage does with a record");
        boolean isFirst = name.equals(own.keySet().iterator().next());
        if (!isFirst || !given.containsKey(ConfigKeys.SHED_POLICY)) {
            requireSet(
                    name,
                    settings,
                    ConfigKeys.SHED_POLICY,
                    "what happens when the stage's queue is full; with BLOCK the stage before it waits, and nothing is shed");
        }
    }

    private static void requireSet(String name, Map<String, String> settings, String key, String meaning) {
        if (settings.getOrDefault(key, "").isBlank()) {
            throw new InvalidConfigException(
                    ConfigKeys.STAGE_PREFIX + name + "." + key + " is missing: " + meaning + ". There is no default");
        }
    }

    private AbstractConfig parse(String name) {
        try {
            return new AbstractConfig(ConfigKeys.stageDefinition(ConfigKeys.STAGE_PREFIX + name + "."), given, false);
        } catch (ConfigException e) {
            throw new InvalidConfigException(String.valueOf(e.getMessage()));
        }
    }

    private static StageConfig first(@Nullable String name, SpillwayConfig sidecar) {
        return new StageConfig(
                name,
                sidecar,
                sidecar.workers(),
                sidecar.queueCapacity(),
                sidecar.queueCapacityBytes(),
                sidecar.shedPolicy(),
                sidecar.isAdaptive());
    }

    private StageConfig further(String name) {
        Map<String, String> settings = new HashMap<>(withoutStages());
        settings.keySet().removeAll(NOT_TAKEN_OVER);
        Map<String, String> ofStage = own.getOrDefault(name, Map.of());
        settings.putAll(ofStage);
        settings.remove(ConfigKeys.QUEUE_CAPACITY);
        SpillwayConfig processing = StageConfig.inStage(name, () -> SpillwayConfig.ofStage(settings));
        AbstractConfig parsed = values.get(name);
        Integer capacity =
                parsed == null ? null : parsed.getInt(ConfigKeys.STAGE_PREFIX + name + "." + ConfigKeys.QUEUE_CAPACITY);
        ShedPolicy policy = ShedPolicies.named(ofStage.getOrDefault(ConfigKeys.SHED_POLICY, ""))
                .orElseThrow();
        return new StageConfig(
                name,
                processing,
                processing.workers(),
                capacity == null ? 2 * processing.workers() : capacity,
                processing.queueCapacityBytes(),
                policy,
                processing.isAdaptive());
    }

    private Map<String, String> withoutStages() {
        Map<String, String> settings = new HashMap<>(given);
        settings.keySet().removeIf(key -> key.startsWith(ConfigKeys.STAGE_PREFIX));
        return settings;
    }
}
