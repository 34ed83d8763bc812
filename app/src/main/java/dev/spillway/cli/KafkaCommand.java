package dev.spillway.cli;

import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that talks to a Kafka cluster. */
@Command(
        mixinStandardHelpOptions = true,
        versionProvider = ManifestVersion.class,
        usageHelpWidth = CommonOptions.HELP_WIDTH,
        abbreviateSynopsis = true,
        sortOptions = false,
        optionListHeading = "%nOptions:%n",
        descriptionHeading = "%n")
abstract class KafkaCommand implements Callable<Integer> {
    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    private final Session session;
    private Connection connection = Connection.NONE;

    KafkaCommand(Session session) {
        this.session = session;
    }

    @Override
    public final Integer call() throws Exception {
        try {
            return execute().number();
        } catch (CancellationException e) {
            say("stopped before it had begun");
            return stopped().number();
        }
    }

    /** Does the command's work. */
    abstract ExitCode execute() throws Exception;

    /** How the command ends when it was told to stop before it did anything. */
    ExitCode stopped() {
        return ExitCode.FINE;
    }

    final CommonOptions common() {
        return common;
    }

    final Session session() {
        return session;
    }

    /** The cluster that the command talks to, as soon as it is known. */
    final Connection connection() {
        return connection;
    }

    final Connection connect(Connection to) {
        connection = to;
        return to;
    }

    /** A line for the person at the terminal. */
    final void say(String line) {
        if (Logging.isForMachines()) {
            Logging.info(line);
        } else {
            session.err().println(line);
        }
    }

    /** A mistake on the command line. */
    final ParameterException misuse(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }
}
