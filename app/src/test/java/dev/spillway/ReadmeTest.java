package dev.spillway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.config.SpillwayConfig;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
    private static final String BEGIN = "<!-- reference: generated from the definition, checked by ReadmeTest -->\n";
    private static final String END = "<!-- end of reference -->";

    /** {@code -Dreadme.update=true} writes the table into the README instead of comparing. */
    @Test
    void the_reference_in_the_readme_is_the_definitions_own() throws IOException {
        String readme = Files.readString(README);
        int begin = readme.indexOf(BEGIN) + BEGIN.length();
        int end = readme.indexOf(END);
        assertThat(end).as("the markers are there").isGreaterThan(begin - 1);
        if (Boolean.getBoolean("readme.update")) {
            Files.writeString(README, readme.substring(0, begin) + SpillwayConfig.reference() + readme.substring(end));
            return;
        }

        assertThat(readme.substring(begin, end))
                .as("run the test with -Dreadme.update=true to bring the README up to date")
                .isEqualTo(SpillwayConfig.reference());
    }

    @Test
    void the_processor_in_the_readme_compiles(@TempDir Path directory) throws IOException {
        Matcher example = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(README));
        assertThat(example.find()).as("there is an example").isTrue();
        Path source = directory.resolve("UpperCase.java");
        Files.writeString(source, example.group(1));

        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter problems = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, UTF_8)) {
            var options =
                    List.of("-d", directory.toString(), "-cp", System.getProperty("java.class.path"), "-proc:none");
            boolean compiled = compiler.getTask(problems, files, null, options, null, files.getJavaFileObjects(source))
                    .call();

            assertThat(compiled).as(problems.toString()).isTrue();
        }
    }
}
