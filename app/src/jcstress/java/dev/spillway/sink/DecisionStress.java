package dev.spillway.sink;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Of several that would decide about a record one does. */
@JCStressTest
@Outcome(id = "true, false", expect = ACCEPTABLE)
@Outcome(id = "false, true", expect = ACCEPTABLE)
@Outcome(expect = FORBIDDEN, desc = "two outcomes, or none")
@State
public class DecisionStress {
    private final Delivery delivery = new Delivery(Samples.record(Samples.IN, 0));

    @Actor
    public void one(ZZ_Result decides) {
        decides.r1 = delivery.decide();
    }

    @Actor
    public void other(ZZ_Result decides) {
        decides.r2 = delivery.decide();
    }
}
