package dev.spillway.runtime;

import dev.spillway.cli.Main;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/** The command line in a JVM that a test has started: it ends when its standard input does, should the test not get as far as ending it. */
final class SidecarMain {
    private static final int ORPHANED = 99;

    private SidecarMain() {}

    public static void main(String[] args) {
        Thread watch = new Thread(SidecarMain::awaitParentsEnd, "parent-watch");
        watch.setDaemon(true);
        watch.start();
        Main.main(args);
    }

    private static void awaitParentsEnd() {
        try {
            System.in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            Runtime.getRuntime().halt(ORPHANED);
        }
    }
}
