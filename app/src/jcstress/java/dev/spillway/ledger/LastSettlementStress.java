package dev.spillway.ledger;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** An epoch that is sealed while its last record settles is noticed: by the owner, by who settles, or by both. */
@JCStressTest
@Outcome(id = "false, true", expect = ACCEPTABLE, desc = "who settles tells")
@Outcome(id = "true, false", expect = ACCEPTABLE, desc = "the owner sees it")
@Outcome(id = "true, true", expect = ACCEPTABLE, desc = "both")
@Outcome(expect = FORBIDDEN, desc = "nobody has noticed, and nobody will")
@State
public class LastSettlementStress {
    private boolean told;
    private final Ledger ledger = new Ledger(() -> told = true);
    private final Account account = ledger.account(new PartitionId("in", 0));

    public LastSettlementStress() {
        account.consume(0);
    }

    @Actor
    public void owner(ZZ_Result noticed) {
        ledger.seal();
        noticed.r1 = ledger.isJoined();
    }

    @Actor
    public void worker(ZZ_Result noticed) {
        account.settle(0, dev.spillway.ledger.Outcome.PROCESSED);
        noticed.r2 = told;
    }
}
