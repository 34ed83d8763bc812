package dev.spillway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class SignalTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @RegisterExtension
    final Crew crew = new Crew();

    private final ManualTime time = new ManualTime();
    private final Signal signal = new Signal(time);

    @Test
    void a_signal_ends_the_wait() {
        var waiter = crew.start("waiter", this::awaitSignal);
        time.awaitWaiting(1);

        signal.raise();

        assertThat(waiter.result()).isEqualTo("done");
    }

    @Test
    void a_signal_that_comes_too_early_is_kept() {
        signal.raise();

        assertThat(crew.start("waiter", this::awaitSignal).result()).isEqualTo("done");
    }

    @Test
    void several_signals_are_kept_as_one() {
        signal.raise();
        signal.raise();
        awaitSignal(crew);
        var waiter = crew.start("waiter", this::awaitSignal);
        time.awaitWaiting(1);

        assertThat(waiter.isDone()).isFalse();

        time.advance(SECOND);
        assertThat(waiter.result()).isEqualTo("done");
    }

    @Test
    void a_wait_ends_when_its_time_has_passed() {
        var waiter = crew.start("waiter", this::awaitSignal);
        time.awaitWaiting(1);

        time.advance(SECOND);

        assertThat(waiter.result()).isEqualTo("done");
    }

    @Test
    void an_interrupt_ends_the_wait() {
        var waiter = crew.start("waiter", this::awaitSignal);
        time.awaitWaiting(1);

        waiter.interrupt();

        assertThat(waiter.failure()).isInstanceOf(InterruptedException.class);
    }

    private void awaitSignal(Crew hands) {
        hands.start("first waiter", this::awaitSignal).result();
    }

    private String awaitSignal() throws InterruptedException {
        signal.await(SECOND);
        return "done";
    }
}
