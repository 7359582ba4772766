package io.sallyport.cli;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.ClassNotLoadedException;
import com.sun.jdi.IncompatibleThreadStateException;
import com.sun.jdi.InvalidTypeException;
import com.sun.jdi.ThreadReference;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.AttachingConnector;
import com.sun.jdi.connect.Connector;
import com.sun.jdi.connect.IllegalConnectorArgumentsException;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** Does to one thread of another process what otherwise takes a fault of the JVM, through the JVM's debugger interface. */
final class Debugger {
    /** Has a JVM tell on standard output where it can be attached to. */
    static final Map<String, String> ENVIRONMENT =
            Map.of("JDK_JAVA_OPTIONS", "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:0");

    /** What an event loop and an executor's thread call in order to wait. */
    private static final Set<String> WAITING = Set.of("epollWait", "epollWait0", "park");

    private final VirtualMachine machine;

    private Debugger(VirtualMachine machine) {
        this.machine = machine;
    }

    /** Attaches to a process that was started with {@link #ENVIRONMENT}. */
    static Debugger attach(SallyportProcess process) throws IOException, IllegalConnectorArgumentsException {
        String port = process.awaitLine("dt_socket at address: (?:.*:)?(\\d+)");
        AttachingConnector sockets = Bootstrap.virtualMachineManager().attachingConnectors().stream()
                .filter(connector -> connector.name().equals("com.sun.jdi.SocketAttach"))
                .findFirst()
                .orElseThrow();
        Map<String, Connector.Argument> arguments = sockets.defaultArguments();
        Objects.requireNonNull(arguments.get("hostname")).setValue("127.0.0.1");
        Objects.requireNonNull(arguments.get("port")).setValue(port);
        return new Debugger(sockets.attach(arguments));
    }

    /** Lets a thread do nothing from now on; waits until there is one whose name begins so, and waits for work. */
    void suspend(String thread) {
        suspendWaiting(thread);
    }

    /** Has a thread fail with an error, as soon as it comes back from waiting for work. */
    void fail(String thread) throws InvalidTypeException, ClassNotLoadedException, IncompatibleThreadStateException {
        ThreadReference waiting = suspendWaiting(thread);
        // Every JVM has some of these at hand, for when it cannot make one.
        waiting.stop(machine.classesByName("java.lang.OutOfMemoryError")
                .get(0)
                .instances(1)
                .get(0));
        waiting.resume();
    }

    /** Amid a task an error would be that task's alone, and a suspended thread could hold a lock that others need. */
    private ThreadReference suspendWaiting(String name) {
        ThreadReference thread = await(name);
        Awaitility.await(name + " waits for work")
                .atMost(60, TimeUnit.SECONDS)
                .pollInterval(7, TimeUnit.MILLISECONDS)
                .until(() -> {
                    thread.suspend();
                    if (WAITING.contains(thread.frame(0).location().method().name())) {
                        return true;
                    }
                    thread.resume();
                    return false;
                });
        return thread;
    }

    private ThreadReference await(String name) {
        Awaitility.await(name).atMost(60, TimeUnit.SECONDS).until(() -> find(name) != null);
        return Objects.requireNonNull(find(name));
    }

    private @Nullable ThreadReference find(String name) {
        return machine.allThreads().stream()
                .filter(thread -> thread.name().startsWith(name))
                .findFirst()
                .orElse(null);
    }
}
