package dev.spillway.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** The program. */
@Command(
        name = "spillway",
        mixinStandardHelpOptions = true,
        versionProvider = ManifestVersion.class,
        usageHelpWidth = CommonOptions.HELP_WIDTH,
        synopsisSubcommandLabel = "COMMAND",
        description =
                "Runs beside a Kafka cluster, sheds load by a policy that you choose, and accounts for every record.",
        commandListHeading = "%nCommands:%n",
        footer = {
            "",
            "Exit codes:",
            "  0   fine, and every record is accounted for",
            "  1   the command line or the configuration cannot work",
            "  2   records are not accounted for, a drain had to abort, or not all could be put back",
            "  3   Kafka: cannot connect, not authorised, fenced, topic missing",
            "",
            "'spillway COMMAND --help' shows a command's options and an example."
        })
public final class Main implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    private Main() {}

    public static void main(String[] args) {
        Logging.catchWhatNobodyCatches();
        Termination termination = Termination.onSignal();
        int code = ExitCode.USAGE.number();
        try {
            code = run(Session.ofProcess(termination.token()), args);
        } finally {
            termination.ended(code);
        }
        System.exit(code);
    }

    static int run(Session session, String... args) {
        return commandLine(session).execute(args);
    }

    static CommandLine commandLine(Session session) {
        CommandLine commandLine = new CommandLine(new Main())
                .addSubcommand(new RunCommand(session))
                .addSubcommand(new GenerateCommand(session))
                .addSubcommand(new DropsCommand(session))
                .addSubcommand(new ReplayCommand(session))
                .addSubcommand(new AuditCommand(session))
                .addSubcommand(new DemoCommand(session));
        Numbers.register(commandLine);
        return commandLine
                .setOut(session.out())
                .setErr(session.err())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionStrategy(Main::execute)
                .setParameterExceptionHandler(Failures::misused)
                .setExecutionExceptionHandler(Failures::failed);
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "a command is missing: say one of "
                        + String.join(", ", spec.subcommands().keySet()));
    }

    private static int execute(ParseResult parsed) {
        ParseResult last = parsed;
        while (last.hasSubcommand()) {
            last = last.subcommand();
        }
        if (last.commandSpec().userObject() instanceof KafkaCommand command) {
            Logging.setUp(command.common().verbose());
        }
        return new CommandLine.RunLast().execute(parsed);
    }
}
