package dev.spillway.ledger;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIZ_Result;

/** Who sees an epoch joined sees all that was done before each settlement, and balanced books: on that the commit rests. */
@JCStressTest
@Outcome(id = "0, 0, false", expect = ACCEPTABLE, desc = "not joined yet")
@Outcome(id = "1, 1, true", expect = ACCEPTABLE, desc = "joined, all of it is seen")
@Outcome(expect = FORBIDDEN, desc = "joined, and something is missing")
@State
public class JoinVisibilityStress {
    private final Ledger ledger = new Ledger(() -> {});
    private final Account account = ledger.account(new PartitionId("in", 0));
    private int first;
    private int second;

    public JoinVisibilityStress() {
        account.consume(0);
        account.consume(1);
        ledger.seal();
    }

    @Actor
    public void worker() {
        first = 1;
        account.settle(0, dev.spillway.ledger.Outcome.PROCESSED);
        second = 1;
        account.settle(1, dev.spillway.ledger.Outcome.DROPPED);
    }

    @Actor
    public void owner(IIZ_Result seen) {
        if (ledger.isJoined()) {
            seen.r1 = first;
            seen.r2 = second;
            seen.r3 = ledger.imbalances().isEmpty();
        }
    }
}
