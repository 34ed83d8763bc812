package dev.spillway.demo;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/**
 * The main class of a broker's JVM: formats the storage where that has not been done, then runs {@code kafka.Kafka}.
 *
 * <p>The process lives no longer than somebody holds the other end of its standard input. A parent that is killed
 * cannot clean up after itself, but the operating system closes its pipes.
 *
 * <p>{@link BrokerDirectory} puts this one class file on the broker's class path, so it uses nothing but the JDK and
 * has no nested classes.
 */
final class BrokerMain {
    private BrokerMain() {}

    /**
     * Runs a broker until the process is told to end.
     *
     * @param args the path of the broker's properties, and the id of the cluster it belongs to
     */
    public static void main(String[] args) throws ReflectiveOperationException {
        String properties = args[0];
        String clusterId = args[1];
        endWithParent();
        ignoreSignal("INT");
        ignoreSignal("HUP");
        if (format(properties, clusterId) != 0) {
            System.exit(1);
        }
        Class.forName("kafka.Kafka").getMethod("main", String[].class).invoke(null, (Object) new String[] {properties});
    }

    private static void endWithParent() {
        Thread watch = new Thread(BrokerMain::haltAtEndOfInput, "parent-watch");
        watch.setDaemon(true);
        watch.start();
    }

    /** Halts instead of exiting: nobody is left to read what an orderly shutdown would save. */
    private static void haltAtEndOfInput() {
        try {
            System.in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            System.err.println("Cannot watch the parent process: " + e);
        }
        Runtime.getRuntime().halt(1);
    }

    /**
     * Leaves it to the parent what Ctrl-C means. The terminal sends it to both processes, and a parent that wants to
     * drain needs its broker for that. By reflection, because javac warns of {@code sun.misc.Signal} whatever one does.
     */
    static void ignoreSignal(String name) throws ReflectiveOperationException {
        Class<?> signalType = Class.forName("sun.misc.Signal");
        Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
        Object noReaction = Proxy.newProxyInstance(
                BrokerMain.class.getClassLoader(), new Class<?>[] {handlerType}, (proxy, method, signal) -> null);
        try {
            Object signal = signalType.getConstructor(String.class).newInstance(name);
            signalType.getMethod("handle", signalType, handlerType).invoke(null, signal, noReaction);
        } catch (InvocationTargetException e) {
            System.err.println("Not ignoring SIG" + name + ": " + e.getCause());
        }
    }

    private static int format(String properties, String clusterId) throws ReflectiveOperationException {
        String[] command = {"format", "--ignore-formatted", "--cluster-id", clusterId, "--config", properties};
        Object exitCode = Class.forName("kafka.tools.StorageTool")
                .getMethod("execute", String[].class, PrintStream.class)
                .invoke(null, command, System.out);
        return (Integer) exitCode;
    }
}
