package io.sallyport.cli;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * The operating system's signals, which Java has no public API for. {@code sun.misc.Signal} is reached by name because javac
 * warns about every mention of it, and no flag or annotation silences that warning.
 */
final class OsSignals {
    private OsSignals() {}

    /**
     * Runs {@code action} at every arrival of a signal, on a thread of its own each time.
     *
     * @param name without the prefix: {@code HUP}
     * @return false when the JVM keeps the signal for itself (started with {@code -Xrs}) or does not know it
     */
    static boolean handle(String name, Runnable action) {
        try {
            Class<?> signalType = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            MethodHandle run = MethodHandles.lookup()
                    .findVirtual(Runnable.class, "run", MethodType.methodType(void.class))
                    .bindTo(action);
            Object handler = MethodHandleProxies.asInterfaceInstance(
                    handlerType, MethodHandles.dropArguments(run, 0, signalType));
            Object signal = signalType.getConstructor(String.class).newInstance(name);
            signalType.getMethod("handle", signalType, handlerType).invoke(null, signal, handler);
            return true;
        } catch (ReflectiveOperationException unavailable) {
            return false;
        }
    }
}
