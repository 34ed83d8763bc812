package dev.spillway.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Who depends on the test-jar gets the driver whole, and nothing of what Spillway's own tests are made of. */
class TestJarTest {
    private static final List<String> PROVIDED = List.of(
            "java.",
            "javax.",
            "org.apache.kafka.",
            "org.slf4j.",
            "org.jspecify.",
            "com.google.errorprone.annotations.");

    private final JavaClasses all = new ClassFileImporter().importPackages("dev.spillway");
    private final List<Pattern> included = includedInPom();

    TestJarTest() throws IOException {}

    /** The patterns that the pom gives to the test-jar. */
    private static List<Pattern> includedInPom() throws IOException {
        var include =
                Pattern.compile("<include>(dev/spillway/.*?)</include>").matcher(Files.readString(Path.of("pom.xml")));
        return include.results()
                .map(one -> one.group(1).replace('/', '.').replace(".", "\\.").replace("*", "[^.]*"))
                .map(Pattern::compile)
                .toList();
    }

    private boolean isShipped(JavaClass type) {
        String name = type.getName();
        return !name.matches(".*Test(\\$.*)?")
                && included.stream().anyMatch(one -> one.matcher(name).matches());
    }

    private Set<String> shipped() {
        return all.stream().filter(this::isShipped).map(JavaClass::getName).collect(Collectors.toSet());
    }

    @Test
    void it_holds_the_driver() {
        assertThat(shipped())
                .contains(SpillwayTestDriver.class.getName(), WrittenRecord.class.getName())
                .noneMatch(name -> name.endsWith("Test"));
    }

    @Test
    void what_it_needs_is_in_it_or_comes_with_the_product() {
        Set<String> shipped = shipped();

        Stream<String> needed = all.stream()
                .filter(this::isShipped)
                .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                .map(Dependency::getTargetClass)
                .map(JavaClass::getBaseComponentType)
                .filter(type -> !type.isPrimitive())
                .filter(type -> PROVIDED.stream().noneMatch(type.getName()::startsWith))
                .filter(type -> !isOfTheProduct(type))
                .map(JavaClass::getName)
                .distinct();

        assertThat(needed).allMatch(shipped::contains);
    }

    private static boolean isOfTheProduct(JavaClass type) {
        return type.getName().startsWith("dev.spillway.")
                && type.getSource()
                        .map(source -> !source.getUri().toString().contains("test-classes"))
                        .orElse(false);
    }
}
