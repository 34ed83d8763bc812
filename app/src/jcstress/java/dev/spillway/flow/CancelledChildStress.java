package dev.spillway.flow;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/** A child that is made while its parent is cancelled is cancelled, too, and a callback of it runs once. */
@JCStressTest
@Outcome(id = "true, 1", expect = ACCEPTABLE)
@Outcome(expect = FORBIDDEN, desc = "it goes on, or is told twice or never")
@State
public class CancelledChildStress {
    private final CancellationToken parent = CancellationToken.root();
    private volatile CancellationToken child = parent;
    private int told;

    @Actor
    public void cancel() {
        parent.cancel("enough");
    }

    @Actor
    public void make() {
        child = parent.child();
        child.onCancel(() -> {
            synchronized (this) {
                told++;
            }
        });
    }

    @Arbiter
    public void look(ZI_Result seen) {
        seen.r1 = child.isCancelled();
        synchronized (this) {
            seen.r2 = told;
        }
    }
}
