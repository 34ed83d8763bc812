package dev.spillway.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.SkippingTime;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SessionTest {
    private static final OutputStream CLOSED_PIPE = new OutputStream() {
        @Override
        public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
        }
    };

    @Test
    void a_command_whose_output_nobody_reads_is_told_to_end() {
        Session session = printingTo(CLOSED_PIPE);
        session.print("a line\n");
        assertThat(session.stop().isCancelled()).isTrue();
    }

    @Test
    void what_is_printed_is_there_at_once_and_the_command_goes_on() {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        Session session = printingTo(read);
        session.print("a line without an end");
        assertThat(read.toString(UTF_8)).isEqualTo("a line without an end");
        assertThat(session.stop().isCancelled()).isFalse();
    }

    private static Session printingTo(OutputStream stream) {
        return new Session(
                Session.writer(new PrintStream(stream, false, UTF_8), "no.such.property"),
                Session.writer(new PrintStream(OutputStream.nullOutputStream(), false, UTF_8), "no.such.property"),
                false,
                Map.of(),
                new SkippingTime(),
                CancellationToken.root());
    }
}
