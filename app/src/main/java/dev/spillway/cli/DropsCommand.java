package dev.spillway.cli;

import picocli.CommandLine.Command;

@Command(name = "drops")
final class DropsCommand extends KafkaCommand {
    DropsCommand(Session session) {
        super(session);
    }

    @Override
    ExitCode execute() {
        return ExitCode.FINE;
    }
}
