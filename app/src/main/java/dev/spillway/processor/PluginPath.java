package dev.spillway.processor;

import dev.spillway.config.InvalidConfigException;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Finds classes in plug-ins, by the conventions of Kafka Connect: every entry of {@code plugin.path} is a folder that holds plug-ins,
 * and each of those is a jar, or a folder of jars. Each plug-in has a class loader of its own, so that its libraries meet nobody
 * else's: it finds its own classes first, and Spillway's interfaces, Kafka's clients and SLF4J in Spillway.
 */
final class PluginPath {
    private PluginPath() {}

    /**
     * The class of that name, from the first plug-in that has it.
     *
     * @throws InvalidConfigException when an entry of the path cannot be read
     */
    static Optional<Class<?>> find(String className, Collection<String> path) {
        for (String entry : path) {
            for (List<URL> plugin : pluginsIn(Path.of(entry))) {
                ClassLoader loader = new PluginLoader(plugin);
                try {
                    return Optional.of(Class.forName(className, true, loader));
                } catch (ClassNotFoundException e) {
                    close(loader);
                }
            }
        }
        return Optional.empty();
    }

    private static List<List<URL>> pluginsIn(Path folder) {
        List<List<URL>> plugins = new ArrayList<>();
        try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
            for (Path child : children) {
                if (Files.isDirectory(child)) {
                    plugins.add(jarsIn(child));
                } else if (isJar(child)) {
                    plugins.add(List.of(url(child)));
                }
            }
            return plugins;
        } catch (IOException e) {
            throw new InvalidConfigException("plugin.path names " + folder
                    + ", which cannot be read as a folder: correct it, or create the folder (" + e + ")");
        }
    }

    private static List<URL> jarsIn(Path folder) throws IOException {
        List<URL> jars = new ArrayList<>();
        try (DirectoryStream<Path> children = Files.newDirectoryStream(folder, PluginPath::isJar)) {
            for (Path child : children) {
                jars.add(url(child));
            }
        }
        return jars;
    }

    private static boolean isJar(Path file) {
        return file.toString().endsWith(".jar");
    }

    private static URL url(Path file) throws MalformedURLException {
        return file.toUri().toURL();
    }

    private static void close(ClassLoader loader) {
        try {
            ((URLClassLoader) loader).close();
        } catch (IOException e) {
            throw new InvalidConfigException("a plug-in cannot be closed: " + e);
        }
    }

    /** Its own classes first, but for what it shares with Spillway. */
    private static final class PluginLoader extends URLClassLoader {
        private static final List<String> SHARED =
                List.of("java.", "javax.", "dev.spillway.", "org.apache.kafka.", "org.slf4j.", "org.jspecify.");

        static {
            registerAsParallelCapable();
        }

        PluginLoader(List<URL> jars) {
            super(jars.toArray(URL[]::new), PluginPath.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (SHARED.stream().anyMatch(name::startsWith)) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                if (loaded == null) {
                    try {
                        loaded = findClass(name);
                    } catch (ClassNotFoundException e) {
                        return super.loadClass(name, resolve);
                    }
                }
                if (resolve) {
                    resolveClass(loaded);
                }
                return loaded;
            }
        }
    }
}
