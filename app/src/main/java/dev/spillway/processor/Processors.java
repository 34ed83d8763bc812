package dev.spillway.processor;

import dev.spillway.config.HttpConfig;
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
                    case "job" -> new JobProcessor(new IoJob(config.ioAllowedHosts(), config.http(), time), time);
                    case "http" -> http(config.http(), time);
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

    private static Processor http(HttpConfig http, Time time) {
        if (http.batchMaxRecords() > 1) {
            throw new InvalidConfigException("http.batch.max.records=" + http.batchMaxRecords()
                    + " needs workers that take batches, which these do not: leave it at 1");
        }
        return new HttpProcessor(http, time);
    }

    private static Processor instantiate(String className) {
        try {
            Class<?> type =
                    Class.forName(className, true, Thread.currentThread().getContextClassLoader());
            return type.asSubclass(Processor.class).getConstructor().newInstance();
        } catch (ClassNotFoundException e) {
            throw new InvalidConfigException(
                    "processor=" + className
                            + " is none of identity, job, http, and no class on the class path: check the name, or add the jar");
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
