package dev.spillway.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one node has on disk: its properties, data and log, and the class that its JVM starts with.
 *
 * @param root a directory of the node's own, and the one that its JVM works in
 */
record BrokerDirectory(Path root) {
    /**
     * Makes a fresh directory under this JVM's temporary directory, with the properties and the launcher in it.
     *
     * @throws UncheckedIOException if it cannot be written
     */
    static BrokerDirectory create(ServerProperties properties) {
        try {
            BrokerDirectory directory = new BrokerDirectory(Files.createTempDirectory("spillway-kafka-"));
            properties.write(directory.properties());
            directory.copyLauncher();
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot make a directory for the broker", e);
        }
    }

    Path properties() {
        return root.resolve("server.properties");
    }

    Path data() {
        return root.resolve(ServerProperties.DATA);
    }

    Path log() {
        return root.resolve("broker.log");
    }

    /** A class path entry with {@link BrokerMain} and nothing else. */
    Path launcher() {
        return root.resolve("launcher");
    }

    /** Deletes everything. Call it only when no JVM writes here any more. */
    void delete() {
        delete(root);
    }

    /** Deletes what is big and keeps what tells of a failure: the log and the properties. */
    void deleteData() {
        delete(data());
        delete(launcher());
    }

    /**
     * The class file is copied because the place that it is in cannot go on the broker's class path: the manifest of
     * {@code spillway.jar} would bring along the product's libraries, in other versions than the broker's.
     */
    private void copyLauncher() throws IOException {
        String classFile = BrokerMain.class.getName().replace('.', '/') + ".class";
        Path copy = launcher().resolve(classFile);
        Files.createDirectories(Objects.requireNonNull(copy.getParent()));
        try (InputStream original = BrokerMain.class.getClassLoader().getResourceAsStream(classFile)) {
            Files.copy(Objects.requireNonNull(original, classFile), copy);
        }
    }

    private static void delete(Path tree) {
        try {
            Files.walkFileTree(tree, new Deletion());
        } catch (NoSuchFileException e) {
            // nothing there is what was asked for
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot delete " + tree, e);
        }
    }

    private static final class Deletion extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure) throws IOException {
            if (failure != null) {
                throw failure;
            }
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
        }
    }
}
