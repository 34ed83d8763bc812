package dev.spillway.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spillway.config.InvalidConfigException;
import dev.spillway.config.Settings;
import dev.spillway.flow.PassingTime;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProcessorsTest {
    /** Somebody's own. */
    public static class Own implements Processor {
        private static Map<String, String> configuredWith = Map.of();

        @Override
        public void configure(Map<String, String> given) {
            if (given.containsKey("wrong")) {
                throw new IllegalArgumentException("processor.wrong is wrong: leave it out");
            }
            configuredWith = given;
        }

        @Override
        public void process(InputRecord record, ProcessorContext context) {}
    }

    /** Has no constructor that could be called. */
    public static class Shy extends Own {
        private Shy() {}
    }

    /** Cannot be made. */
    public static class Broken extends Own {
        public Broken() {
            throw new IllegalStateException("no licence");
        }
    }

    /** Cannot be made for a worse reason. */
    public static class Erroneous extends Own {
        public Erroneous() {
            throw new AssertionError("no licence");
        }
    }

    /** Cannot even be loaded. */
    public static class Unloadable extends Own {
        static final String HOME = home();

        private static String home() {
            throw new IllegalStateException("no home");
        }
    }

    /** Fails with an error when it is configured. */
    public static class Bottomless extends Own {
        @Override
        public void configure(Map<String, String> settings) {
            throw new StackOverflowError();
        }
    }

    private static Settings named(String processor) {
        return Settings.minimal().with("processor", processor);
    }

    private static Work create(Settings settings) {
        return Processors.create(settings.config(), new PassingTime());
    }

    private static void assertRefused(Settings settings, String... words) {
        assertThatThrownBy(() -> create(settings))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContainingAll(words);
    }

    @Test
    void built_in_ones_have_short_names() {
        assertThat(create(named("identity")).type()).isEqualTo(IdentityProcessor.class);
        assertThat(create(named("job")).type()).isEqualTo(JobProcessor.class);
        assertThat(create(named("http").with("http.url", "http://localhost:8000/"))
                        .type())
                .isEqualTo(HttpProcessor.class);
        assertThat(create(named("http")
                                .with("http.url", "http://localhost:8000/")
                                .with("http.batch.max.records", "50"))
                        .type())
                .isEqualTo(HttpBatchProcessor.class);
    }

    @Test
    void others_are_named_by_their_class_and_configured_with_their_own_keys() {
        Work work = create(named(Own.class.getName()).with("processor.url", "http://x"));

        assertThat(work.type()).isEqualTo(Own.class);
        assertThat(Own.configuredWith).isEqualTo(Map.of("url", "http://x"));
    }

    @Test
    void a_class_that_is_not_there_is_named_with_the_remedy() {
        assertRefused(named("com.example.Absent"), "processor=com.example.Absent", "add the jar");
    }

    @Test
    void a_class_that_is_no_processor_is_named() {
        assertRefused(named("java.lang.String"), "processor=java.lang.String", "implements neither", "Processor");
    }

    @Test
    void a_class_that_cannot_be_made_is_named_with_the_cause() {
        assertRefused(named(Shy.class.getName()), Shy.class.getName(), "public constructor without parameters");
        assertRefused(named(Broken.class.getName()), Broken.class.getName(), "no licence");
        assertRefused(named(Processor.class.getName()), Processor.class.getName(), "public constructor");
    }

    @Test
    void an_error_of_a_plug_in_at_the_start_is_told_in_a_sentence() {
        assertRefused(named(Erroneous.class.getName()), Erroneous.class.getName(), "AssertionError: no licence");
        assertRefused(named(Unloadable.class.getName()), Unloadable.class.getName(), "no home");
        assertRefused(named(Bottomless.class.getName()), "cannot be configured", "StackOverflowError");
    }

    @Test
    void what_a_processor_refuses_is_refused() {
        assertRefused(
                named(Own.class.getName()).with("processor.wrong", "1"), "processor.wrong is wrong: leave it out");
    }
}
