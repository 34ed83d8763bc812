package dev.spillway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class LoggingTest {
    private static final Logger SENDER = LoggerFactory.getLogger("org.apache.kafka.clients.producer.internals.Sender");
    private static final Logger COORDINATOR =
            LoggerFactory.getLogger("org.apache.kafka.clients.consumer.internals.ConsumerCoordinator");

    @AfterEach
    void asBefore() {
        Logging.setUp(false);
    }

    @Test
    void what_a_producer_sends_again_is_no_line_of_the_log_and_what_breaks_it_is() {
        Logging.setUp(false);
        assertThat(SENDER.isWarnEnabled()).isFalse();
        assertThat(SENDER.isErrorEnabled()).isTrue();
        assertThat(COORDINATOR.isWarnEnabled()).isTrue();
    }

    @Test
    void verbose_tells_it_too() {
        Logging.setUp(true);
        assertThat(SENDER.isInfoEnabled()).isTrue();
    }
}
