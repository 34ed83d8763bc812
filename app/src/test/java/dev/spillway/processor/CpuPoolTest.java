package dev.spillway.processor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CpuPoolTest {
    private final CpuPool pool = new CpuPool(2);

    @AfterEach
    void close() {
        pool.close();
    }

    @Test
    void work_runs_in_a_thread_of_the_pool_and_its_result_comes_back() throws Exception {
        assertThat(pool.run(() -> Thread.currentThread().getName())).startsWith("spillway-cpu-");
    }

    @Test
    void what_the_work_throws_comes_back_as_it_is() {
        assertThatThrownBy(() -> pool.run(() -> {
                    throw new IOException("a test");
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("a test");
        assertThatThrownBy(() -> pool.run(() -> {
                    throw new StackOverflowError("a test");
                }))
                .isInstanceOf(StackOverflowError.class);
    }

    @Test
    void no_more_than_its_size_compute_at_once() throws Exception {
        CountDownLatch both = new CountDownLatch(2);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicReference<String> third = new AtomicReference<>("not begun");
        Thread[] callers = new Thread[3];
        for (int i = 0; i < 2; i++) {
            callers[i] = caller(() -> {
                both.countDown();
                goOn.await();
                return null;
            });
        }
        assertThat(both.await(20, TimeUnit.SECONDS)).isTrue();
        callers[2] = caller(() -> {
            third.set("begun");
            return null;
        });
        while (callers[2].getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }

        assertThat(third).hasValue("not begun");
        goOn.countDown();
        for (Thread caller : callers) {
            caller.join(20_000);
        }
        assertThat(third).hasValue("begun");
    }

    @Test
    void an_interrupt_of_who_waits_interrupts_the_work() throws Exception {
        CountDownLatch computing = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        FutureTask<Boolean> waiting = new FutureTask<>(() -> {
            try {
                return pool.run(() -> {
                    computing.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        interrupted.countDown();
                    }
                    return false;
                });
            } catch (InterruptedException e) {
                return true;
            }
        });
        Thread caller = new Thread(waiting);
        caller.start();
        assertThat(computing.await(20, TimeUnit.SECONDS)).isTrue();

        caller.interrupt();

        assertThat(waiting.get(20, TimeUnit.SECONDS)).isTrue();
        assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void threads_are_started_when_they_are_needed_and_end_with_the_pool() throws Exception {
        Thread thread = pool.run(Thread::currentThread);

        pool.close();

        thread.join(20_000);
        assertThat(thread.isAlive()).isFalse();
    }

    private Thread caller(Callable<?> work) {
        Thread caller = new Thread(() -> {
            try {
                pool.run(work);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        caller.start();
        return caller;
    }
}
