package dev.spillway.demo;

import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.ShedPolicies;
import dev.spillway.flow.ShedPolicy;
import dev.spillway.flow.Time;
import dev.spillway.inspect.AuditReport;
import dev.spillway.ledger.EpochReport.Totals;
import dev.spillway.ledger.RunTotals;
import dev.spillway.runtime.ExitReport;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;

/**
 * The demo in three parts: what each policy keeps, an overload in memory, and a sidecar beside a real Kafka broker, from the load to
 * the proof that nothing is missing. Runs in the calling thread.
 */
public final class Demo {
    private final PrintWriter out;
    private final Time time;
    private final CancellationToken stop;
    private final boolean withService;

    /**
     * Prepares the demo.
     *
     * @param withService whether the work is done by an HTTP service in another process instead of in the sidecar
     * @param stop ends it before its time
     */
    public Demo(PrintWriter out, boolean withService, Time time, CancellationToken stop) {
        this.out = out;
        this.withService = withService;
        this.time = time;
        this.stop = stop;
    }

    /**
     * Shows all parts.
     *
     * @return whether everything was conserved in all of them
     * @throws BrokerFailedException when the broker does not start
     */
    public boolean run() throws InterruptedException, ExecutionException {
        boolean asPromised = showPolicies();
        boolean conserved = showOverload();
        boolean proven = showSidecar();
        boolean all = asPromised && conserved && proven;
        line(all ? "All of it was conserved." : "NOT all of it was conserved: see above.");
        return all;
    }

    private boolean showPolicies() throws InterruptedException {
        title("1. What each policy keeps: a buffer of 4, items 0 to 7 pushed, then drained");
        boolean all = true;
        for (ShedPolicy policy : ShedPolicies.ALL) {
            PolicyIllustration.Row row = PolicyIllustration.of(policy, time);
            String shed = row.waits() > 0 ? "sheds nothing, the producer waits" : "sheds " + row.shed();
            format("%-13s keeps %-26s %s", policy.name(), row.kept(), shed);
            all &= row.isAsPromised();
        }
        return all;
    }

    private boolean showOverload() throws InterruptedException {
        title("2. Overload in memory: a burst of 4,000 items, a buffer of 16, four slow workers");
        format(
                "%-13s %9s %10s %8s %7s %8s   conserved",
                "policy", "produced", "processed", "dropped", "joined", "aborted");
        boolean all = true;
        for (ShedPolicy policy : ShedPolicies.ALL) {
            OverloadStress.Row row = OverloadStress.of(policy, time);
            format(
                    "%-13s %,9d %,10d %,8d %7d %8d   %s",
                    policy.name(),
                    row.produced(),
                    row.processed(),
                    row.dropped(),
                    row.joined(),
                    row.aborted(),
                    row.isConserved() ? "yes" : "NO");
            all &= row.isConserved();
        }
        return all;
    }

    private boolean showSidecar() throws InterruptedException, ExecutionException {
        title("3. The sidecar beside a real Kafka broker: DROP_OLDEST, exactly_once_v2");
        line("starting a broker on this machine ...");
        try (LocalService service = withService ? LocalService.start(LiveRun.WORK_MILLIS) : null;
                LocalKafka kafka = LocalKafka.builder().start()) {
            if (service != null) {
                format(
                        "the work is done by process %d at %s, which knows nothing of Kafka; it is busy now and then, and refuses"
                                + " the records of %s",
                        service.pid(), service.url(), ServiceMain.REFUSED_KEY);
            }
            format(
                    "%d workers, %d ms a record: about %,d records/s; offered: %,d records/s",
                    LiveRun.WORKERS,
                    LiveRun.WORK_MILLIS,
                    LiveRun.WORKERS * 1000 / LiveRun.WORK_MILLIS,
                    LiveRun.OFFERED_PER_SECOND);
            LiveRun run = new LiveRun(kafka.bootstrapServers(), service == null ? null : service.url(), time, stop);
            ExitReport report = run.run(this::liveLine);
            out.print(report.render());
            line("");
            out.print(run.drops().text());
            line("");
            Optional<AuditReport> audit = run.audit();
            audit.ifPresent(a -> out.print(a.text()));
            line("");
            return report.isConserved() && audit.map(AuditReport::isConserved).orElse(false);
        }
    }

    private void liveLine(long offered, RunTotals totals) {
        Totals sums = totals.committed();
        format(
                "  offered %,8d   consumed %,8d   processed %,7d   dropped %,8d   dead-lettered %,4d   epochs %,4d",
                offered, sums.consumed(), sums.processed(), sums.dropped(), sums.deadLettered(), totals.epochs());
    }

    private void title(String text) {
        line("");
        line(text);
        line("");
    }

    private void format(String format, Object... values) {
        line(String.format(Locale.ROOT, format, values));
    }

    private void line(String text) {
        out.println(text);
        out.flush();
    }
}
