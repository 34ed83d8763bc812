package dev.spillway.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokerLogTest {
    private final Path directory;

    BrokerLogTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void quotesTheFirstErrors() throws IOException {
        BrokerLog log = logOf("fine", "[main] ERROR it broke", "fine", "java.io.IOException: why", "shut down");

        assertThat(log.excerpt()).hasLineCount(2).contains("it broke", "why");
    }

    @Test
    void quotesTheLastLinesWhereThereAreNoErrors() throws IOException {
        BrokerLog log = logOf(IntStream.range(0, 100).mapToObj(i -> "line " + i).toArray(String[]::new));

        assertThat(log.excerpt()).hasLineCount(6).startsWith("line 94").endsWith("line 99");
    }

    @Test
    void quotesNothingOfALogThatWasNeverWritten() {
        assertThat(new BrokerLog(directory.resolve("missing")).excerpt()).isEmpty();
    }

    @Test
    void tellsATakenPortFromOtherFailures() throws IOException {
        assertThat(logOf("java.net.BindException: Address already in use").tellsOfTakenPort())
                .isTrue();
        assertThat(logOf("java.net.ConnectException: Connection refused").tellsOfTakenPort())
                .isFalse();
    }

    private BrokerLog logOf(String... lines) throws IOException {
        return new BrokerLog(Files.writeString(directory.resolve("broker.log"), String.join("\n", lines)));
    }
}
