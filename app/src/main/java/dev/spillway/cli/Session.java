package dev.spillway.cli;

import dev.spillway.flow.CancellationToken;
import dev.spillway.flow.Time;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.Map;

/**
 * What a command runs in.
 *
 * @param out where results go
 * @param err where progress and problems go
 * @param terminal whether a person looks at {@code err}: a line may be rewritten
 * @param environment the process's environment
 * @param time the clock
 * @param stop cancelled when the process is told to end
 */
record Session(
        PrintWriter out,
        PrintWriter err,
        boolean terminal,
        Map<String, String> environment,
        Time time,
        CancellationToken stop) {

    /** The process's own surroundings. */
    static Session ofProcess(CancellationToken stop) {
        return new Session(
                writer(System.out, "stdout.encoding"),
                writer(System.err, "stderr.encoding"),
                Terminal.isStderr(),
                System.getenv(),
                Time.system(),
                stop);
    }

    /** Writes a result. Where nobody reads it, because the pipe that it goes to is closed, the command is told to end. */
    void print(String text) {
        out.print(text);
        if (out.checkError()) {
            stop.cancel("nobody reads what is printed");
        }
    }

    /** Java 19 and later say what the terminal's encoding is; before, it was Java's own. */
    static PrintWriter writer(PrintStream stream, String encoding) {
        String name = System.getProperty(encoding);
        Charset charset = name == null ? Charset.defaultCharset() : Charset.forName(name);
        return new PrintWriter(stream, true, charset); // as a stream, or it would not hear of its errors
    }
}
