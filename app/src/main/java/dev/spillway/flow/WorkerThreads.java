package dev.spillway.flow;

import java.lang.reflect.Method;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * What kind of thread a worker is. Virtual threads exist from Java 21 on; this is the one place that looks for them, by
 * reflection, because the program runs on 17 as well.
 */
public enum WorkerThreads {
    /** One thread of the operating system per worker. */
    PLATFORM,
    /** A virtual thread per worker; needs Java 21. */
    VIRTUAL,
    /** Virtual where the JVM has it. */
    AUTO;

    private static final @Nullable ThreadFactory VIRTUAL_FACTORY = findVirtual();

    /** Whether this JVM has virtual threads. */
    public static boolean virtualAvailable() {
        return VIRTUAL_FACTORY != null;
    }

    /**
     * A factory of daemon threads of this kind.
     *
     * @throws IllegalStateException for {@link #VIRTUAL} on a JVM without it
     */
    ThreadFactory factory() {
        ThreadFactory virtual = VIRTUAL_FACTORY;
        if (this == PLATFORM || (this == AUTO && virtual == null)) {
            return WorkerThreads::platform;
        }
        if (virtual == null) {
            throw new IllegalStateException("virtual threads need Java 21 or later; this is Java "
                    + Runtime.version().feature());
        }
        return virtual;
    }

    private static Thread platform(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        return thread;
    }

    private static @Nullable ThreadFactory findVirtual() {
        try {
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            Method factory = Class.forName("java.lang.Thread$Builder").getMethod("factory");
            return (ThreadFactory) factory.invoke(builder);
        } catch (ReflectiveOperationException | UnsupportedOperationException e) {
            return null;
        }
    }
}
