package dev.spillway.processor;

import dev.spillway.config.InvalidConfigException;
import dev.spillway.config.SpillwayConfig;
import dev.spillway.flow.Time;
import java.util.Map;

/** Finds the processor that the configuration names. */
public final class Processors {
    private Processors() {}

    /**
     * Makes and configures the processor.
     *
     * @throws InvalidConfigException when there is none of that name, or it cannot be made or configured
     */
    public static Work create(SpillwayConfig config, Time time) {
        Object processor =
                switch (config.processor()) {
                    case "identity" -> new IdentityProcessor();
                    case "job" -> new JobProcessor(new IoJob(config.ioAllowedHosts(), config.http(), time), time);
                    case "http" ->
                        config.http().batchMaxRecords() > 1
                                ? new HttpBatchProcessor(config.http(), time)
                                : new HttpProcessor(config.http(), time);
                    default -> instantiate(config);
                };
        return configured(processor, config);
    }

    /**
     * Configures a processor that exists already.
     *
     * @param processor a {@link Processor} or a {@link BatchProcessor}
     * @throws InvalidConfigException when it is neither, or cannot be configured
     */
    static Work configured(Object processor, SpillwayConfig config) {
        return ContextClassLoader.with(processor.getClass(), () -> configuredInContext(processor, config));
    }

    private static Work configuredInContext(Object processor, SpillwayConfig config) {
        if (processor instanceof Processor one) {
            configure(config, one::configure);
            return Work.of(one);
        }
        if (processor instanceof BatchProcessor batches) {
            configure(config, batches::configure);
            int maxRecords =
                    batches instanceof HttpBatchProcessor ? config.http().batchMaxRecords() : config.batchMaxRecords();
            return Work.of(batches, maxRecords, config.batchLinger());
        }
        throw new InvalidConfigException("processor=" + config.processor() + " implements neither "
                + Processor.class.getName() + " nor " + BatchProcessor.class.getName());
    }

    private interface Configurable {
        void configure(Map<String, String> settings);
    }

    /** A plug-in may do anything here, even overflow a stack. */
    @SuppressWarnings("CatchingThrowable")
    private static void configure(SpillwayConfig config, Configurable processor) {
        try {
            processor.configure(config.processorSettings());
        } catch (OutOfMemoryError e) {
            throw e;
        } catch (RuntimeException e) {
            throw new InvalidConfigException(
                    "processor=" + config.processor() + " cannot be configured: " + e.getMessage());
        } catch (Throwable e) {
            throw new InvalidConfigException("processor=" + config.processor() + " cannot be configured: " + e);
        }
    }

    private static Object instantiate(SpillwayConfig config) {
        String className = config.processor();
        try {
            Class<?> type = classNamed(className, config);
            return ContextClassLoader.with(type, () -> instanceOf(type));
        } catch (ClassNotFoundException e) {
            throw new InvalidConfigException("processor=" + className
                    + " is none of identity, job, http, and no class on the class path or in plugin.path: check the name, or"
                    + " add the jar");
        } catch (LinkageError e) {
            throw notCreated(className, e);
        }
    }

    private static Object instanceOf(Class<?> type) {
        try {
            return type.getConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw notCreated(type.getName(), e);
        }
    }

    private static InvalidConfigException notCreated(String className, Throwable e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        return new InvalidConfigException(
                "processor=" + className + " cannot be created by a public constructor without parameters: " + cause);
    }

    private static Class<?> classNamed(String className, SpillwayConfig config) throws ClassNotFoundException {
        var plugin = PluginPath.find(className, config.pluginPath());
        return plugin.isPresent()
                ? plugin.get()
                : Class.forName(className, true, Thread.currentThread().getContextClassLoader());
    }
}
