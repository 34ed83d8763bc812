package dev.spillway.cli;

import dev.spillway.demo.BrokerFailedException;
import dev.spillway.demo.Demo;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** All of it on a broker of its own. */
@Command(
        name = "demo",
        description = {
            "Shows all of it, in under a minute, on a real Kafka broker that it starts and stops itself: what each policy"
                    + " keeps, an overload in memory, and the sidecar under several times the load that it can work off,"
                    + " with the report, what was shed, and the proof that nothing is missing.",
            "",
            "It needs the broker's jars, which the build puts beside the program: mvn package."
        },
        footer = {"", "Examples:", "  spillway demo", "  spillway demo --http"})
final class DemoCommand extends KafkaCommand {
    @Option(
            names = "--http",
            description =
                    "Let an HTTP service in another process do the work (processor=http), which it starts and stops, too.")
    private boolean http;

    DemoCommand(Session session) {
        super(session);
    }

    @Override
    ExitCode execute() throws InterruptedException, ExecutionException {
        try {
            boolean conserved =
                    new Demo(session().out(), http, session().time(), session().stop()).run();
            return conserved ? ExitCode.FINE : ExitCode.NOT_CONSERVED;
        } catch (BrokerFailedException e) {
            throw new CommandFailure(ExitCode.KAFKA, String.valueOf(e.getMessage()));
        }
    }
}
