package dev.spillway.simulation;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/** Makes something that stands before another of its kind and passes on what it is asked, but for one method. */
final class Standing {
    private Standing() {}

    /** What is done instead. */
    @FunctionalInterface
    interface Instead {
        @Nullable
        Object answer(Object... arguments);
    }

    static <T> T before(T other, Class<T> kind, String method, int parameters, Instead instead) {
        return kind.cast(Proxy.newProxyInstance(
                Standing.class.getClassLoader(), new Class<?>[] {kind}, (proxy, called, arguments) -> {
                    if (called.getName().equals(method) && called.getParameterCount() == parameters) {
                        return instead.answer(arguments == null ? new Object[0] : arguments);
                    }
                    try {
                        return called.invoke(other, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }
}
