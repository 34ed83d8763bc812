package dev.spillway.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.flow.Crew;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class CommitsTest {
    @RegisterExtension
    final Crew crew = new Crew();

    private final List<String> done = Collections.synchronizedList(new ArrayList<>());

    @Test
    void steps_run_one_after_the_other_in_a_thread_of_their_own() {
        try (Commits commits = new Commits()) {
            commits.execute(() -> done.add(Thread.currentThread().getName()));
            commits.execute(() -> done.add("second"));
        }

        assertThat(done).containsExactly("spillway-commits", "second");
    }

    @Test
    void stopping_hurries_what_is_under_way_and_waits_for_it() {
        CountDownLatch hurry = new CountDownLatch(1);
        Commits commits = new Commits();
        commits.onStop(hurry::countDown);
        commits.execute(() -> {
            try {
                hurry.await();
                done.add("hurried");
            } catch (InterruptedException e) {
                done.add("interrupted");
            }
        });

        commits.stop();

        assertThat(done).containsExactly("hurried");
    }

    @Test
    void what_does_not_end_by_itself_is_interrupted_and_waited_for() {
        CountDownLatch answer = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        Commits commits = new Commits(Duration.ofMillis(1));
        commits.execute(() -> {
            try {
                answer.await();
            } catch (InterruptedException e) {
                done.add(endsBefore(stopped) ? "left alone" : "waited for");
            }
        });

        commits.stop();
        stopped.countDown();

        assertThat(done).containsExactly("waited for");
    }

    /** Whether that happens within a while, in which it would if nobody waited. */
    private static boolean endsBefore(CountDownLatch end) {
        try {
            return end.await(200, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            return false;
        }
    }

    @Test
    void what_comes_too_late_is_left_out() {
        Commits commits = new Commits();
        commits.stop();
        commits.stop();

        commits.execute(() -> done.add("late"));

        assertThat(done).isEmpty();
    }
}
