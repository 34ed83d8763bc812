package dev.spillway.processor;

import dev.spillway.config.InvalidConfigException;
import dev.spillway.config.SpillwayConfig;
import dev.spillway.flow.Time;

/** Finds the processor that the configuration names. */
public final class Processors {
    private Processors() {}

    /**
     * Makes and configures the processor.
     *
     * @throws InvalidConfigException when there is none of that name, or it cannot be made or configured
     */
    public static Processor create(SpillwayConfig config, Time time) {
        Processor processor =
                switch (config.processor()) {
                    case "identity" -> new IdentityProcessor();
                    case "job" -> new JobProcessor(time);
                    default -> instantiate(config.processor());
                };
        try {
            processor.configure(config.processorSettings());
        } catch (RuntimeException e) {
            throw new InvalidConfigException(
                    "processor=" + config.processor() + " cannot be configured: " + e.getMessage());
        }
        return processor;
    }

    private static Processor instantiate(String className) {
        try {
            Class<?> type =
                    Class.forName(className, true, Thread.currentThread().getContextClassLoader());
            return type.asSubclass(Processor.class).getConstructor().newInstance();
        } catch (ClassNotFoundException e) {
            throw new InvalidConfigException("processor=" + className
                    + " is neither identity nor job nor a class on the class path: check the name, or add the jar");
        } catch (ClassCastException e) {
            throw new InvalidConfigException(
                    "processor=" + className + " does not implement " + Processor.class.getName());
        } catch (ReflectiveOperationException | LinkageError e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new InvalidConfigException("processor=" + className
                    + " cannot be created by a public constructor without parameters: " + cause);
        }
    }
}
