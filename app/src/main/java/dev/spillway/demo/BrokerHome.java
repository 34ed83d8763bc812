package dev.spillway.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;

/** The directory with the broker's jars, which the build fills and which is on no class path of this process. */
final class BrokerHome {
    /** The system property that names the directory where it is not beside the code. */
    static final String PROPERTY = "spillway.broker.home";

    private BrokerHome() {}

    /** The directory that the system property names, or else {@code broker} beside the code. */
    static Path locate() {
        String configured = System.getProperty(PROPERTY);
        return configured == null ? besideCode() : Path.of(configured);
    }

    /**
     * Returns the directory if a broker is in it.
     *
     * @throws IllegalStateException if not; the message says how to get one
     */
    static Path require(Path home) {
        if (!holdsBroker(home)) {
            throw new IllegalStateException("No Kafka broker in " + home.toAbsolutePath()
                    + ". 'mvn package' puts its jars into app/target/broker; -D" + PROPERTY
                    + "=DIRECTORY names another place.");
        }
        return home;
    }

    private static boolean holdsBroker(Path home) {
        if (!Files.isDirectory(home)) {
            return false;
        }
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(home, "kafka_*.jar")) {
            return jars.iterator().hasNext();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + home, e);
        }
    }

    private static Path besideCode() {
        CodeSource code = BrokerHome.class.getProtectionDomain().getCodeSource();
        try {
            return Path.of(code.getLocation().toURI()).resolveSibling("broker");
        } catch (URISyntaxException e) {
            throw new IllegalStateException("Not a path: " + code.getLocation(), e);
        }
    }
}
