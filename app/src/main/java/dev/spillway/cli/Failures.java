package dev.spillway.cli;

import dev.spillway.inspect.Printable;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says on stderr why a command failed, in one sentence, and answers the exit code. */
final class Failures {
    private Failures() {}

    static int misused(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        command.getErr().println(name + ": " + Printable.line(sentence(e)));
        UnmatchedArgumentException.printSuggestions(e, command.getErr());
        command.getErr().println("'" + name + " --help' shows what can be said");
        return ExitCode.USAGE.number();
    }

    static int failed(Exception e, CommandLine command, ParseResult parsed) {
        Object user = command.getCommand();
        KafkaCommand kafka = user instanceof KafkaCommand k ? k : null;
        Diagnosis diagnosis = Diagnosis.of(e, kafka == null ? Connection.NONE : kafka.connection());
        String sentence = command.getCommandSpec().qualifiedName() + ": " + Printable.line(diagnosis.sentence());
        boolean verbose = kafka != null && kafka.common().verbose();
        if (Logging.isForMachines()) {
            Logging.error(sentence, verbose ? e : null);
        } else {
            tell(command.getErr(), sentence, verbose ? e : null);
        }
        return diagnosis.exitCode().number();
    }

    private static String notUnderstood(UnmatchedArgumentException e) {
        String first = "'" + e.getUnmatched().get(0) + "'";
        Set<String> commands = e.getCommandLine().getSubcommands().keySet();
        return commands.isEmpty()
                ? first + " belongs to no option: take it out, or put it in quotes with what stands before it"
                : first + " is no command: say one of " + String.join(", ", commands);
    }

    private static void tell(PrintWriter err, String sentence, @Nullable Exception trace) {
        err.println(sentence);
        if (trace != null) {
            StringWriter text = new StringWriter();
            trace.printStackTrace(new PrintWriter(text, true));
            text.toString().lines().map(Failures::printable).forEach(err::println);
        }
    }

    /** A line of a trace: what it quotes may come from anywhere; its own are the tabs that it begins with. */
    private static String printable(String line) {
        String bare = line.stripLeading();
        String indent = line.substring(0, line.length() - bare.length());
        return indent.replaceAll("[^\t ]", "") + Printable.line(bare);
    }

    private static String sentence(ParameterException e) {
        if (e instanceof UnmatchedArgumentException unmatched && !unmatched.isUnknownOption()) {
            return notUnderstood(unmatched);
        }
        String message = String.valueOf(e.getMessage());
        return message.startsWith("Error: ") ? message.substring("Error: ".length()) : message;
    }
}
