package dev.spillway;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** What may know what. A package that has nothing in it yet breaks no rule. */
class ArchitectureTest {
    private static final JavaClasses PRODUCT = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.spillway");

    /** For each package the others that it may know, as the arrows of the design go. */
    private static final Map<String, Set<String>> ARROWS = Map.ofEntries(
            Map.entry("flow", Set.of()),
            Map.entry("ledger", Set.of()),
            Map.entry("config", Set.of("flow", "ledger")),
            Map.entry("sink", Set.of("flow", "ledger", "config")),
            Map.entry("processor", Set.of("flow", "sink", "ledger", "config")),
            Map.entry("intake", Set.of("flow", "sink", "ledger", "config", "processor")),
            Map.entry("runtime", Set.of("intake", "processor", "sink", "flow", "ledger", "config")),
            Map.entry("telemetry", Set.of("runtime", "intake", "processor", "sink", "flow", "ledger", "config")),
            Map.entry("inspect", Set.of("sink", "flow", "ledger", "config")),
            Map.entry("replay", Set.of("inspect", "sink", "flow", "ledger", "config")),
            Map.entry("load", Set.of("flow", "config")),
            Map.entry("log", Set.of()),
            Map.entry("demo", Set.of("load", "inspect", "telemetry", "runtime", "sink", "flow", "ledger", "config")),
            Map.entry(
                    "cli",
                    Set.of(
                            "log",
                            "demo",
                            "load",
                            "replay",
                            "inspect",
                            "telemetry",
                            "runtime",
                            "sink",
                            "flow",
                            "ledger",
                            "config")));

    private static final Set<String> PACKAGES = ARROWS.keySet();

    private static final String[] CORE = names("flow", "ledger", "intake", "sink", "processor", "runtime");

    /** They assemble: they may create a client and hand it on, and close it when what they gave it to has ended. */
    private static final String[] ASSEMBLY = names("runtime", "cli");

    /** Tools that stand beside the sidecar and have clients of their own. */
    private static final String[] TOOLS = names("inspect", "replay", "load", "demo");

    @Test
    void the_rules_see_the_product() {
        assertThat(PRODUCT).hasSizeGreaterThan(40);
        assertThat(PRODUCT.contain("dev.spillway.flow.ShedQueue")).isTrue();
        assertThat(PRODUCT.contain(ArchitectureTest.class)).isFalse();
    }

    @Test
    void every_package_has_its_place() {
        assertThat(PRODUCT)
                .allSatisfy(type -> assertThat(PACKAGES)
                        .as("package of %s", type.getName())
                        .contains(type.getPackageName().substring("dev.spillway.".length())));
    }

    @ParameterizedTest
    @FieldSource("PACKAGES")
    void arrows_go_one_way(String from) {
        String[] forbidden = PACKAGES.stream()
                .filter(to -> !to.equals(from))
                .filter(to -> !ARROWS.getOrDefault(from, Set.of()).contains(to))
                .flatMap(to -> Arrays.stream(names(to)))
                .toArray(String[]::new);

        noClasses()
                .that()
                .resideInAnyPackage(names(from))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(forbidden)
                .allowEmptyShould(true)
                .check(PRODUCT);
    }

    @Test
    void no_packages_know_each_other_in_a_circle() {
        slices().matching("dev.spillway.(*)..")
                .should()
                .beFreeOfCycles()
                .allowEmptyShould(true)
                .check(PRODUCT);
    }

    @Test
    void flow_and_ledger_are_pure() {
        noClasses()
                .that()
                .resideInAnyPackage(names("flow", "ledger"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.kafka..", "io.micrometer..", "com.fasterxml..", "org.HdrHistogram..")
                .allowEmptyShould(true)
                .check(PRODUCT);
    }

    @Test
    void only_intake_sees_the_consumer() {
        nobodySees(Consumer.class, names("intake"));
        nobodyWorksWith(Consumer.class);
    }

    /** A wake-up that nobody waits for breaks off the next call instead, and that may be the last commit. */
    @Test
    void nobody_wakes_the_consumer_up() {
        noClasses()
                .should()
                .accessTargetWhere(oneOf(
                        "org.apache.kafka.clients.consumer.Consumer.wakeup",
                        "org.apache.kafka.clients.consumer.KafkaConsumer.wakeup"))
                .check(PRODUCT);
    }

    @Test
    void only_sink_sees_the_producer() {
        nobodySees(Producer.class, names("sink"));
        nobodyWorksWith(Producer.class);
    }

    @Test
    void only_the_command_line_parses_arguments() {
        noClasses()
                .that()
                .resideOutsideOfPackages(names("cli"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("picocli..")
                .allowEmptyShould(true)
                .check(PRODUCT);
    }

    @Test
    void only_the_command_line_exits() {
        noClasses()
                .that()
                .resideOutsideOfPackages(names("cli"))
                // the main of the JVM that the demo's broker has for itself
                .and()
                .doNotHaveFullyQualifiedName("dev.spillway.demo.BrokerMain")
                .should()
                .accessTargetWhere(oneOf(
                        "java.lang.System.exit",
                        "java.lang.Runtime.exit",
                        "java.lang.Runtime.halt",
                        "java.lang.Runtime.addShutdownHook"))
                .allowEmptyShould(true)
                .check(PRODUCT);
    }

    @Test
    void the_core_reads_no_clock_and_does_not_sleep() {
        noClasses()
                .that()
                .resideInAnyPackage(CORE)
                .and()
                .doNotHaveFullyQualifiedName("dev.spillway.flow.SystemTime")
                .should()
                .accessTargetWhere(oneOf(
                        "java.lang.System.nanoTime",
                        "java.lang.System.currentTimeMillis",
                        "java.time.Instant.now",
                        "java.time.Clock.systemUTC",
                        "java.time.Clock.systemDefaultZone",
                        "java.lang.Thread.sleep",
                        "java.util.concurrent.TimeUnit.sleep",
                        "java.util.concurrent.locks.LockSupport.parkNanos",
                        "java.util.concurrent.locks.Condition.awaitNanos"))
                .allowEmptyShould(true)
                .check(PRODUCT);
    }

    @Test
    void every_package_is_null_marked() {
        List<JavaPackage> packages =
                PRODUCT.stream().map(JavaClass::getPackage).distinct().toList();

        assertThat(packages)
                .allSatisfy(one -> assertThat(one.isAnnotatedWith(NullMarked.class))
                        .as("package-info of %s has @NullMarked", one.getName())
                        .isTrue());
    }

    private static void nobodySees(Class<?> client, String... owners) {
        noClasses()
                .that()
                .resideOutsideOfPackages(concat(owners, ASSEMBLY, TOOLS))
                .should()
                .dependOnClassesThat()
                .areAssignableTo(client)
                .allowEmptyShould(true)
                .check(PRODUCT);
    }

    private static void nobodyWorksWith(Class<?> client) {
        noClasses()
                .that()
                .resideInAnyPackage(ASSEMBLY)
                .should()
                .accessTargetWhere(
                        DescribedPredicate.describe("something is asked of a " + client.getSimpleName(), access -> {
                            AccessTarget target = access.getTarget();
                            return target.getOwner().isAssignableTo(client)
                                    && !target.getName().equals("<init>")
                                    && !target.getName().equals("close");
                        }))
                .allowEmptyShould(true)
                .check(PRODUCT);
    }

    /** Calls of these methods and references to them. */
    private static DescribedPredicate<JavaAccess<?>> oneOf(String... methods) {
        Set<String> names = Set.of(methods);
        return DescribedPredicate.describe(
                "a clock, a sleep or an exit",
                access -> names.contains(access.getTarget().getOwner().getName() + "."
                        + access.getTarget().getName()));
    }

    private static String[] names(String... packages) {
        return Arrays.stream(packages)
                .map(name -> "dev.spillway." + name + "..")
                .toArray(String[]::new);
    }

    private static String[] concat(String[]... parts) {
        return Stream.of(parts).flatMap(Arrays::stream).toArray(String[]::new);
    }
}
