package dev.spillway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.config.Settings;
import dev.spillway.config.SpillwayConfig;
import dev.spillway.config.StageConfig;
import dev.spillway.telemetry.Telemetry;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README says of the product is taken from the product. The commands in it are run by the integration tests. */
class ReadmeTest {
    private static final Path README = Path.of("..", "README.md");
    private static final String END = "<!-- end of reference -->";

    @Test
    void the_reference_in_the_readme_is_the_definitions_own() throws IOException {
        assertReference(
                "<!-- reference: generated from the definition, checked by ReadmeTest -->\n",
                SpillwayConfig.reference());
    }

    @Test
    void the_metrics_in_the_readme_are_those_that_are_exported() throws IOException {
        assertReference(
                "<!-- metrics: generated from their definitions, checked by ReadmeTest -->\n", Telemetry.reference());
    }

    /** {@code -Dreadme.update=true} writes the table into the README instead of comparing. */
    private static void assertReference(String marker, String reference) throws IOException {
        String readme = Files.readString(README);
        int begin = readme.indexOf(marker) + marker.length();
        int end = readme.indexOf(END, begin);
        assertThat(readme.indexOf(marker)).as("the marker is there").isPositive();
        assertThat(end).as("its end is there").isPositive();
        if (Boolean.getBoolean("readme.update")) {
            Files.writeString(README, readme.substring(0, begin) + reference + readme.substring(end));
            return;
        }

        assertThat(readme.substring(begin, end))
                .as("run the test with -Dreadme.update=true to bring the README up to date")
                .isEqualTo(reference);
    }

    @Test
    void the_stages_in_the_readme_are_a_configuration() throws IOException {
        Matcher example = Pattern.compile("```properties\n(stages=.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(README));
        assertThat(example.find()).as("there is an example").isTrue();
        Properties stages = new Properties();
        stages.load(new StringReader(example.group(1)));
        Settings settings = Settings.minimal().withoutProcessor();
        stages.stringPropertyNames().forEach(key -> settings.with(key, stages.getProperty(key)));

        List<StageConfig> configured = settings.config().stages();

        assertThat(configured).extracting(StageConfig::name).containsExactly("validate", "enrich", "store");
        assertThat(configured)
                .extracting(stage -> stage.shedPolicy().name())
                .containsExactly("BLOCK", "DROP_OLDEST", "BLOCK");
    }

    @Test
    void the_examples_in_the_readme_compile_and_the_test_among_them_passes(@TempDir Path directory) throws Exception {
        List<Path> sources = examples(directory);
        assertThat(sources).as("there are examples").hasSizeGreaterThan(1);

        compile(sources, directory);

        int tests = 0;
        try (URLClassLoader loader = new URLClassLoader(
                new URL[] {directory.toUri().toURL()}, getClass().getClassLoader())) {
            for (Path source : sources) {
                String name = source.getFileName().toString().replace(".java", "");
                tests += runTests(loader.loadClass("com.acme." + name));
            }
        }
        assertThat(tests).as("tests were run").isPositive();
    }

    /** The Java in the README, a file for each class. */
    private static List<Path> examples(Path directory) throws IOException {
        List<Path> sources = new ArrayList<>();
        Matcher example = Pattern.compile("```java\n(.*?class (\\w+).*?)```", Pattern.DOTALL)
                .matcher(Files.readString(README));
        while (example.find()) {
            Path source = directory.resolve(example.group(2) + ".java");
            Files.writeString(source, example.group(1));
            sources.add(source);
        }
        return sources;
    }

    private static void compile(List<Path> sources, Path directory) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter problems = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, UTF_8)) {
            var options =
                    List.of("-d", directory.toString(), "-cp", System.getProperty("java.class.path"), "-proc:none");
            boolean compiled = compiler.getTask(
                            problems, files, null, options, null, files.getJavaFileObjectsFromPaths(sources))
                    .call();
            assertThat(compiled).as(problems.toString()).isTrue();
        }
    }

    private static int runTests(Class<?> type) throws ReflectiveOperationException {
        int tests = 0;
        for (Method method : type.getDeclaredMethods()) {
            if (method.isAnnotationPresent(Test.class)) {
                var constructor = type.getDeclaredConstructor();
                constructor.setAccessible(true);
                method.setAccessible(true);
                method.invoke(constructor.newInstance());
                tests++;
            }
        }
        return tests;
    }
}
