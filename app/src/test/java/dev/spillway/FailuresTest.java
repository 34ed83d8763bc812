package dev.spillway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each row of the failure matrix names the test that shows what it says: that test is there. */
class FailuresTest {
    private static final Path MATRIX = Path.of("docs", "failures.md");
    private static final List<Path> SOURCES =
            List.of(Path.of("src", "test", "java"), Path.of("..", "integration-tests", "src", "test", "java"));
    private static final Pattern NAME = Pattern.compile("`(\\w+(?:IT|Test))(?:\\.(\\w+))?`");

    @Test
    void each_test_that_the_failure_matrix_names_exists() throws IOException {
        Map<String, String> tests = sources();
        String matrix = Files.readString(MATRIX);

        assertThat(NAME.matcher(matrix).results()).hasSizeGreaterThan(30).allSatisfy(name -> {
            assertThat(tests).containsKey(name.group(1));
            if (name.group(2) != null) {
                assertThat(tests.get(name.group(1))).contains("void " + name.group(2) + "(");
            }
        });
    }

    @Test
    void each_row_of_the_failure_matrix_names_a_test() throws IOException {
        assertThat(Files.readAllLines(MATRIX).stream()
                        .filter(line -> line.startsWith("| "))
                        .filter(line -> !line.startsWith("| fault ") && !line.startsWith("| what must hold ")))
                .allSatisfy(row -> assertThat(NAME.matcher(row).find()).as(row).isTrue());
    }

    private static Map<String, String> sources() throws IOException {
        Map<String, String> tests = new HashMap<>();
        for (Path root : SOURCES) {
            try (Stream<Path> files = Files.walk(root)) {
                files.filter(file -> file.toString().endsWith(".java"))
                        .forEach(file -> tests.merge(
                                file.getFileName().toString().replace(".java", ""), read(file), String::concat));
            }
        }
        return tests;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
