package dev.spillway.processor;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** An interrupt for taking too long meets the attempt that did, or nobody. */
@JCStressTest
@Outcome(id = "false, false", expect = ACCEPTABLE, desc = "the attempt ended first")
@Outcome(id = "true, false", expect = ACCEPTABLE, desc = "the attempt was interrupted, and has used that up")
@Outcome(expect = FORBIDDEN, desc = "the interrupt meets what comes after the attempt")
@State
public class OverdueInterruptStress {
    private final Attempt attempt = new Attempt(Duration.ofNanos(1));

    @Actor
    public void worker(ZZ_Result interrupted) {
        attempt.begin();
        interrupted.r1 = attempt.end();
        interrupted.r2 = Thread.interrupted();
    }

    @Actor
    public void watcher() {
        attempt.interruptIfOverdue(0);
        attempt.interruptIfOverdue(1);
    }
}
