package dev.spillway.cli;

import dev.spillway.config.SpillwayConfig;
import dev.spillway.flow.CancellationToken;
import dev.spillway.runtime.ExitReport;
import dev.spillway.runtime.Sidecar;
import dev.spillway.telemetry.Telemetry;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The sidecar. */
@Command(
        name = "run",
        description = {
            "Runs the sidecar: takes records from the input topics, lets workers process them, publishes the results, and"
                    + " leaves a tombstone for every record that it sheds and a dead letter for every one that failed.",
            "",
            "SIGTERM or Ctrl-C ends it in order: what was admitted settles, is committed, and a report is printed."
        },
        footer = {
            "",
            "Example:",
            "  spillway run --config spillway.properties -D shed.policy=DROP_OLDEST",
            "",
            "Every key can also come from the environment (SPILLWAY_SHED_POLICY for shed.policy); it goes over the file,"
                    + " and -D over both."
        })
final class RunCommand extends KafkaCommand {
    @Mixin
    private final ConfigOptions config = new ConfigOptions();

    @Option(
            names = "--until-end",
            description = "Stop when everything that is in the input at start has been processed.")
    private boolean untilEnd;

    RunCommand(Session session) {
        super(session);
    }

    @Override
    ExitCode execute() {
        if (!config.isGiven()) {
            throw misuse("which configuration? Say --config FILE");
        }
        SpillwayConfig sidecarConfig = config.read(session().environment(), common().writtenClientSettings());
        connect(Connection.with(sidecarConfig.adminClient(), common().clientSettings()));
        try (Telemetry telemetry = new Telemetry(sidecarConfig, session().time())) {
            Sidecar sidecar = new Sidecar(sidecarConfig, untilEnd, session().time(), telemetry.registry());
            telemetry.watch(sidecar);
            CancellationToken.Registration stop = session()
                    .stop()
                    .onCancel(() -> sidecar.stop(session().stop().reason().orElse("told to end")));
            try {
                return report(sidecar.run());
            } finally {
                stop.close();
            }
        }
    }

    private ExitCode report(ExitReport report) {
        session().print(report.render());
        Throwable failure = report.failure();
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        if (failure != null) {
            throw new CommandFailure(
                    ExitCode.NOT_CONSERVED,
                    "a worker failed (" + failure + "): what was not committed will be processed again"
                            + (failure instanceof OutOfMemoryError ? "; give the sidecar more memory (-Xmx)" : ""));
        }
        return report.isConserved() ? ExitCode.FINE : ExitCode.NOT_CONSERVED;
    }
}
