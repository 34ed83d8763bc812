package dev.spillway.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spillway.flow.Crew;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
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
    void what_comes_too_late_is_left_out() {
        Commits commits = new Commits();
        commits.stop();
        commits.stop();

        commits.execute(() -> done.add("late"));

        assertThat(done).isEmpty();
    }
}
