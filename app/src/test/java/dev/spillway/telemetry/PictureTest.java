package dev.spillway.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an operator reads first. */
class PictureTest {
    @Test
    void one_that_runs_is_ready_for_the_reason_of_its_state() {
        assertThat(Pictures.quiet().take().readiness()).isEqualTo("Running: a test");
    }

    @Test
    void one_that_runs_without_partitions_says_that_this_is_why_it_is_not_ready() {
        assertThat(Pictures.quiet().notReady().take().readiness())
                .startsWith("Running: the group has assigned it no partitions")
                .contains("more instances than partitions");
    }

    @Test
    void what_is_in_flight_is_told_of_one_moment() {
        Picture picture = Pictures.quiet().queued(0).said(500, 496).take();

        assertThat(picture.reading().inFlight()).isEqualTo(4);
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, http://127.0.0.1:8080/",
        "[::1], http://[0:0:0:0:0:0:0:1]:8080/",
        "localhost, http://localhost:8080/"
    })
    void the_page_s_address_is_one_that_a_browser_takes(String host, String expected) throws UnknownHostException {
        assertThat(AdminServer.address(new InetSocketAddress(InetAddress.getByName(host), 8080)))
                .isEqualTo(expected);
    }
}
