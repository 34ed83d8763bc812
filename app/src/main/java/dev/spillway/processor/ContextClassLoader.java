package dev.spillway.processor;

import java.util.function.Supplier;

/**
 * The class loader by which libraries look for what they are not linked to (services, resources, drivers): a plug-in's own while its
 * code runs, as in Kafka Connect.
 */
final class ContextClassLoader {
    private ContextClassLoader() {}

    /** Runs something with that of a class in the calling thread. */
    static <T> T with(Class<?> plugin, Supplier<T> code) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(plugin.getClassLoader());
        try {
            return code.get();
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
