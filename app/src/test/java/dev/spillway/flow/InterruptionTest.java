package dev.spillway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class InterruptionTest {
    @RegisterExtension
    final Crew crew = new Crew();

    private final CancellationToken token = CancellationToken.root();
    private final CountDownLatch never = new CountDownLatch(1);

    @Test
    void a_cancellation_interrupts_the_work() {
        var worker = crew.start("worker", () -> during(never::await)).awaitWaiting();

        token.cancel("enough");

        assertThat(worker.failure()).isInstanceOf(InterruptedException.class);
    }

    @Test
    void work_under_a_cancelled_token_is_interrupted_at_once() {
        token.cancel("enough");

        var worker = crew.start("worker", () -> during(never::await));

        assertThat(worker.failure()).isInstanceOf(InterruptedException.class);
    }

    @Test
    void an_interrupt_that_the_work_did_not_notice_is_not_left_behind() {
        var worker = crew.start("worker", () -> during(() -> token.cancel("enough")));

        assertThat(worker.result()).isEqualTo("interrupted: false");
    }

    @Test
    void a_cancellation_after_the_work_interrupts_nobody() {
        var worker = crew.start("worker", () -> {
            Interruption.during(token, () -> {});
            token.cancel("enough");
            return Thread.interrupted();
        });

        assertThat(worker.result()).isFalse();
    }

    @Test
    void work_that_has_ended_leaves_nothing_on_the_token() {
        crew.start("worker", () -> during(() -> {})).result();

        assertThat(token.attached()).isZero();
    }

    @Test
    void an_interrupt_from_somewhere_else_stays() {
        var worker =
                crew.start("worker", () -> during(() -> Thread.currentThread().interrupt()));

        assertThat(worker.result()).isEqualTo("interrupted: true");
    }

    private String during(Interruption.Work<RuntimeException> work) throws InterruptedException {
        Interruption.during(token, work);
        return "interrupted: " + Thread.interrupted();
    }
}
