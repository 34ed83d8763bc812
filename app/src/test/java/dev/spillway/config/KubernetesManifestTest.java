package dev.spillway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The manifest is what Kubernetes would accept, and its parts fit each other, the image and the sidecar. */
class KubernetesManifestTest {
    private static final Path FILE = Path.of("src", "main", "kubernetes", "spillway.yaml");

    private static final Map<String, Class<? extends HasMetadata>> KINDS = Map.of(
            "ConfigMap", ConfigMap.class,
            "Service", Service.class,
            "PodDisruptionBudget", PodDisruptionBudget.class,
            "StatefulSet", StatefulSet.class);

    private final Map<String, HasMetadata> objects = new HashMap<>();

    @BeforeEach
    void read() throws IOException {
        ObjectMapper yaml = strict();
        try (YAMLParser parser = new YAMLFactory().createParser(FILE.toFile());
                MappingIterator<JsonNode> documents =
                        yaml.readerFor(JsonNode.class).readValues(parser)) {
            while (documents.hasNext()) {
                JsonNode document = documents.next();
                String kind = document.get("kind").asText();
                objects.put(kind, yaml.treeToValue(document, KINDS.get(kind)));
            }
        }
        assertThat(objects).hasSize(KINDS.size());
    }

    /** Kubernetes' model takes what it does not know as an additional property; here that is an error, as with the API server's strictness. */
    private static ObjectMapper strict() {
        ObjectMapper mapper = new ObjectMapper(new YAMLFactory());
        mapper.enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
        mapper.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
        mapper.setAnnotationIntrospector(new JacksonAnnotationIntrospector() {
            private static final long serialVersionUID = 1;

            @Override
            public Boolean hasAnySetter(Annotated annotated) {
                return false;
            }
        });
        return mapper;
    }

    @Test
    void a_field_that_kubernetes_does_not_know_would_be_found() throws IOException {
        String misspelt = Files.readString(FILE).replace("terminationGracePeriodSeconds", "terminationGracePeriod");
        String set = Stream.of(misspelt.split("---\n"))
                .filter(document -> document.contains("kind: StatefulSet"))
                .findFirst()
                .orElseThrow();
        assertThatThrownBy(() -> strict().readValue(set, StatefulSet.class))
                .hasMessageContaining("terminationGracePeriod");
    }

    @Test
    void every_object_says_its_version_kind_and_name() {
        assertThat(objects).allSatisfy((kind, object) -> {
            assertThat(object.getKind()).isEqualTo(kind);
            assertThat(object.getApiVersion()).isEqualTo(HasMetadata.getApiVersion(KINDS.get(kind)));
            assertThat(object.getMetadata().getName()).isNotBlank();
        });
    }

    @Test
    void what_selects_the_pods_matches_their_labels() {
        Map<String, String> labels = set().getSpec().getTemplate().getMetadata().getLabels();
        assertThat(set().getSpec().getSelector().getMatchLabels()).isEqualTo(labels);
        assertThat(((Service) object("Service")).getSpec().getSelector()).isEqualTo(labels);
        assertThat(((PodDisruptionBudget) object("PodDisruptionBudget"))
                        .getSpec()
                        .getSelector()
                        .getMatchLabels())
                .isEqualTo(labels);
        assertThat(set().getSpec().getServiceName())
                .isEqualTo(object("Service").getMetadata().getName());
    }

    @Test
    void its_configuration_works_together_with_its_environment() throws IOException {
        SpillwayConfig config = config();
        assertThat(config.instanceId()).isEqualTo("orders-sidecar-0");
        assertThat(config.http().url()).hasPort(service().getPorts().get(0).getContainerPort());
        assertThat(config.adminListen())
                .isEqualTo("0.0.0.0:" + spillway().getPorts().get(0).getContainerPort());
    }

    @Test
    void the_grace_period_leaves_time_for_a_whole_drain_and_as_much_again() throws IOException {
        assertThat(pod().getTerminationGracePeriodSeconds())
                .isGreaterThanOrEqualTo(2 * config().shutdownTimeout().toSeconds());
    }

    @Test
    void the_service_starts_before_spillway_and_ends_after_it() {
        assertThat(service().getRestartPolicy()).isEqualTo("Always");
        assertThat(pod().getContainers()).containsExactly(spillway());
    }

    @Test
    void probes_ask_what_the_sidecar_answers_and_none_restarts_it_for_a_stall() throws IOException {
        String readme = Files.readString(Path.of("..", "README.md"));
        for (Probe probe : List.of(
                spillway().getStartupProbe(),
                spillway().getLivenessProbe(),
                spillway().getReadinessProbe())) {
            assertThat(readme).contains("| `" + probe.getHttpGet().getPath() + "` |");
            assertThat(probe.getHttpGet().getPort().getStrVal())
                    .isEqualTo(spillway().getPorts().get(0).getName());
        }
        assertThat(spillway().getLivenessProbe().getHttpGet().getPath()).isEqualTo("/health/live");
        assertThat(spillway().getReadinessProbe().getHttpGet().getPath()).isEqualTo("/health/ready");
    }

    @Test
    void nothing_runs_as_root_or_may_become_it_or_writes_where_it_should_not() throws IOException {
        assertThat(pod().getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(Files.readString(Path.of("Dockerfile")))
                .contains("USER " + pod().getSecurityContext().getRunAsUser() + ":");
        assertThat(pod().getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
        assertThat(pod().getAutomountServiceAccountToken()).isFalse();
        for (Container container : List.of(service(), spillway())) {
            assertThat(container.getSecurityContext().getAllowPrivilegeEscalation())
                    .isFalse();
            assertThat(container.getSecurityContext().getCapabilities().getDrop())
                    .containsExactly("ALL");
        }
        assertThat(spillway().getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
        assertThat(spillway().getVolumeMounts())
                .anyMatch(mount -> mount.getMountPath().equals("/tmp"));
    }

    /** By the formula of the operations chapter. */
    @Test
    void its_memory_is_enough_for_its_queue() throws IOException {
        long memory = Quantity.getAmountInBytes(
                        spillway().getResources().getLimits().get("memory"))
                .longValueExact();
        long heap = memory * 70 / 100;
        long needed = 64L * 1024 * 1024
                + config().queueCapacityBytes()
                + 1024L * config().queueCapacity()
                + 2L * 32 * 1024 * 1024
                + 2L * 50 * 1024 * 1024;
        assertThat(heap).isGreaterThan(needed);
        assertThat(spillway().getResources().getRequests().get("memory"))
                .isEqualTo(spillway().getResources().getLimits().get("memory"));
    }

    private SpillwayConfig config() throws IOException {
        Properties properties = new Properties();
        properties.load(
                new StringReader(((ConfigMap) object("ConfigMap")).getData().get("spillway.properties")));
        Map<String, String> settings = new HashMap<>();
        properties.stringPropertyNames().forEach(key -> settings.put(key, properties.getProperty(key)));
        settings.computeIfPresent("sasl.jaas.config", (key, text) -> text.replaceFirst("\\$\\{.*?}", "secret"));
        for (EnvVar variable : spillway().getEnv()) {
            String key = variable.getName().substring("SPILLWAY_".length()).toLowerCase(Locale.ROOT);
            settings.put(key.replace('_', '.'), variable.getValue() == null ? "orders-sidecar-0" : variable.getValue());
        }
        return new SpillwayConfig(settings);
    }

    private HasMetadata object(String kind) {
        return Objects.requireNonNull(objects.get(kind), kind);
    }

    private StatefulSet set() {
        return (StatefulSet) object("StatefulSet");
    }

    private PodSpec pod() {
        return set().getSpec().getTemplate().getSpec();
    }

    private Container spillway() {
        return pod().getContainers().get(0);
    }

    private Container service() {
        return pod().getInitContainers().get(0);
    }
}
