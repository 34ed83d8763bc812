package dev.spillway.config;

import static dev.spillway.config.Settings.minimal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spillway.flow.ShedPolicies;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StageConfigTest {
    private static Settings three() {
        return minimal()
                .without("processor")
                .with("stages", "validate, enrich,store")
                .with("stage.validate.processor", "identity")
                .with("stage.enrich.processor", "http")
                .with("stage.enrich.http.url", "http://localhost:8000/")
                .with("stage.enrich.shed.policy", "DROP_OLDEST")
                .with("stage.store.processor", "job")
                .with("stage.store.shed.policy", "BLOCK");
    }

    private static void assertRefused(Settings settings, String... words) {
        assertThatThrownBy(settings::config)
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContainingAll(words);
    }

    private static StageConfig stage(Settings settings, int index) {
        return settings.config().stages().get(index);
    }

    @Test
    void without_stages_there_is_one_without_a_name() {
        SpillwayConfig config = minimal()
                .with("workers", "7")
                .with("queue.capacity", "9")
                .with("concurrency", "adaptive")
                .config();

        assertThat(config.stages())
                .containsExactly(
                        new StageConfig(null, config, 7, 9, config.queueCapacityBytes(), ShedPolicies.BLOCK, true));
    }

    @Test
    void stages_come_in_the_order_in_which_they_are_named() {
        List<StageConfig> stages = three().config().stages();

        assertThat(stages).extracting(StageConfig::name).containsExactly("validate", "enrich", "store");
        assertThat(stages)
                .extracting(stage -> stage.processing().processor())
                .containsExactly("identity", "http", "job");
        assertThat(stages)
                .extracting(StageConfig::shedPolicy)
                .containsExactly(ShedPolicies.BLOCK, ShedPolicies.DROP_OLDEST, ShedPolicies.BLOCK);
    }

    @Test
    void a_stage_takes_over_what_it_does_not_say_itself() {
        Settings settings = three().with("workers", "6")
                .with("queue.capacity", "500")
                .with("queue.capacity.bytes", "12345")
                .with("retry.max.retries", "1")
                .with("http.timeout.ms", "77")
                .with("processor.shared", "s")
                .with("concurrency", "adaptive")
                .with("stage.enrich.workers", "20")
                .with("stage.enrich.retry.max.retries", "5")
                .with("stage.enrich.processor.own", "o")
                .with("stage.store.concurrency", "fixed")
                .with("stage.store.queue.capacity", "0")
                .with("stage.store.queue.capacity.bytes", "99");

        StageConfig enrich = stage(settings, 1);
        assertThat(enrich.workers()).isEqualTo(20);
        assertThat(enrich.queueCapacity())
                .as("twice its workers, not what suits a poll")
                .isEqualTo(40);
        assertThat(enrich.queueCapacityBytes()).isEqualTo(12345);
        assertThat(enrich.retry().maxRetries()).isEqualTo(5);
        assertThat(enrich.processing().http().timeout()).isEqualTo(Duration.ofMillis(77));
        assertThat(enrich.processing().processorSettings()).containsOnlyKeys("shared", "own");
        assertThat(enrich.isAdaptive()).isTrue();
        StageConfig store = stage(settings, 2);
        assertThat(store.workers()).isEqualTo(6);
        assertThat(store.queueCapacity()).isZero();
        assertThat(store.queueCapacityBytes()).isEqualTo(99);
        assertThat(store.retry().maxRetries()).isEqualTo(1);
        assertThat(store.processing().processorSettings()).containsOnlyKeys("shared");
        assertThat(store.isAdaptive()).isFalse();
    }

    @Test
    void the_first_stage_is_what_the_intake_fills_so_the_sidecars_queue_and_policy_are_its_own() {
        SpillwayConfig config = three().with("queue.capacity", "500")
                .with("stage.validate.workers", "3")
                .config();

        assertThat(config.stages().get(0).queueCapacity()).isEqualTo(500);
        assertThat(config.stages().get(0).shedPolicy()).isSameAs(ShedPolicies.BLOCK);
        assertThat(config.workers()).isEqualTo(3);
    }

    @Test
    void the_first_stage_may_say_so_itself() {
        SpillwayConfig config = three().without("shed.policy")
                .with("stage.validate.shed.policy", "DROP_NEWEST")
                .with("stage.validate.queue.capacity", "8")
                .config();

        assertThat(config.shedPolicy()).isSameAs(ShedPolicies.DROP_NEWEST);
        assertThat(config.queueCapacity()).isEqualTo(8);
    }

    @Test
    void one_record_may_take_as_long_as_all_stages_together() {
        Settings settings = three().with("processing.timeout.ms", "1000")
                .with("retry.max.retries", "0")
                .with("stage.store.processing.timeout.ms", "20000");

        assertThat(settings.config().longestProcessing()).isEqualTo(Duration.ofSeconds(22));
        assertThat(settings.config().transactionTimeout()).isEqualTo(Duration.ofSeconds(22 * 3 / 2 + 5));
        assertRefused(
                settings.with("producer.transaction.timeout.ms", "21000"),
                "producer.transaction.timeout.ms=21000 is shorter than the 22000 ms");
    }

    @Test
    void what_is_in_force_is_shown_for_each_stage_and_secrets_are_not() {
        var shown = three().with("workers", "6")
                .with("stage.validate.workers", "3")
                .with("stage.enrich.processor.api.key", "hunter2")
                .config()
                .shown();

        assertThat(shown)
                .containsEntry("workers", "6")
                .containsEntry("stage.validate.workers", "3")
                .containsEntry("stage.store.workers", "6")
                .containsEntry("stage.store.queue.capacity", "12")
                .containsEntry("stage.enrich.http.url", "http://localhost:8000/")
                .containsEntry("stage.enrich.processor.api.key", "[hidden]")
                .doesNotContainKey("processor");
    }

    @Test
    void what_a_stage_has_to_say_itself_is_named_when_it_is_missing() {
        assertRefused(three().without("stage.enrich.processor"), "stage.enrich.processor is missing");
        assertRefused(three().without("stage.store.shed.policy"), "stage.store.shed.policy is missing", "no default");
        assertRefused(three().without("shed.policy"), "stage.validate.shed.policy is missing");
    }

    @Test
    void one_processor_and_several_are_not_both_chosen() {
        assertRefused(three().with("processor", "identity"), "processor is set, and so is stages");
    }

    @Test
    void a_key_of_a_stage_that_is_not_listed_is_refused() {
        assertRefused(
                three().with("stage.enrch.workers", "2"), "stage.enrch.workers", "it names validate, enrich, store");
        assertRefused(minimal().with("stage.enrich.workers", "2"), "stage.enrich.workers", "add it there");
    }

    @ParameterizedTest
    @CsvSource({
        "stage.enrich.worker, stage.enrich.workers",
        "stage.enrich.http.ulr, stage.enrich.http.url",
        "stage.enrich.shed.polcy, stage.enrich.shed.policy",
        "stage.enrich.ordring, stage.enrich."
    })
    void an_unknown_key_of_a_stage_is_refused_and_the_nearest_one_named(String typed, String meant) {
        assertRefused(three().with(typed, "1"), "unknown key '" + typed + "'", "did you mean '" + meant);
    }

    @ParameterizedTest
    @CsvSource({
        "stage.enrich.workers, 0",
        "stage.enrich.queue.capacity, -1",
        "stage.enrich.queue.capacity.bytes, 0",
        "stage.enrich.shed.policy, drop",
        "stage.enrich.concurrency, some",
        "stage.validate.workers, none"
    })
    void a_value_that_means_nothing_is_refused_by_the_whole_name_of_its_key(String key, String value) {
        assertRefused(three().with(key, value), key);
    }

    @Test
    void what_is_wrong_with_another_key_of_a_stage_names_the_stage() {
        assertRefused(three().without("stage.enrich.http.url"), "stage enrich: ", "http.url");
        assertRefused(three().with("stage.store.retry.max.retries", "-1"), "stage store: ", "retry.max.retries");
    }

    @ParameterizedTest
    @CsvSource({"'a,a', twice", "'a b', letters", "'a.b', letters"})
    void names_are_single_words_and_different(String names, String word) {
        assertRefused(minimal().without("processor").with("stages", names), word);
    }
}
