package dev.spillway.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.SpillwayCommand;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demo, as a user runs it, with its own broker and a service in a process of its own. */
@Timeout(180)
class DemoIT {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path directory;

    @Test
    void withAServiceInAnotherProcessAllIsConservedAndNothingIsLeftRunning() throws Exception {
        SpillwayCommand.Result demo = SpillwayCommand.run(directory, "demo", "--http");

        assertThat(demo.exitCode()).as(demo.toString()).isZero();
        assertThat(demo.out())
                .contains("All of it was conserved.", "CONSERVED: each of")
                .containsPattern("dead-lettered +[1-9]"); // what the service refuses
        Matcher service =
                Pattern.compile("the work is done by process (\\d+) at http://").matcher(demo.out());
        assertThat(service.find()).as(demo.out()).isTrue();
        assertThat(ProcessHandle.of(Long.parseLong(service.group(1))).filter(ProcessHandle::isAlive))
                .as("the service has ended with the demo")
                .isEmpty();
    }
}
