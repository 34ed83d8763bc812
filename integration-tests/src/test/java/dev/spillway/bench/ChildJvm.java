package dev.spillway.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How the JVMs of all arms are started: with the same heap and this one's class path.
 *
 * @param home where the JDK is
 * @param heap as in {@code -Xmx512m}
 * @param options further options
 */
record ChildJvm(Path home, String heap, List<String> options) {
    /** The version that its release file tells. */
    String description() {
        try {
            return Files.readAllLines(home.resolve("release")).stream()
                    .filter(line -> line.startsWith("JAVA_VERSION=") || line.startsWith("IMPLEMENTOR="))
                    .map(line -> line.substring(line.indexOf('=') + 1).replace("\"", ""))
                    .collect(Collectors.joining(" "));
        } catch (IOException e) {
            return home.toString();
        }
    }

    /** The command that runs a class. */
    List<String> command(String mainClass, List<String> arguments) {
        return command(List.of(), mainClass, arguments);
    }

    /** The command that runs a class, with further options of the JVM. */
    List<String> command(List<String> options, String mainClass, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(home.resolve("bin").resolve("java").toString());
        // A fixed size: how fast a heap grows is not what is compared.
        command.addAll(List.of("-Xms" + heap, "-Xmx" + heap));
        command.addAll(List.of("-Dspillway.log.org=error", "-Dspillway.log.dev.spillway=error"));
        command.addAll(this.options);
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
        command.addAll(arguments);
        return command;
    }
}
