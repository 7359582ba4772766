package io.sallyport.server;

import com.sun.management.OperatingSystemMXBean;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.netty4.NettyAllocatorMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.MeterFilterReply;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.sallyport.memory.DirectMemory;
import java.lang.management.ManagementFactory;
import java.util.function.Supplier;

/** The meters of the JVM, the process and Netty's memory. */
final class RuntimeMeters {
    private static final double NANOS = 1e9;

    private RuntimeMeters() {}

    /** What Prometheus' own rules (promtool check metrics) find fault with in Micrometer's meters. */
    private static final MeterFilter NAMES = new MeterFilter() {
        @Override
        public MeterFilterReply accept(Meter.Id id) {
            return switch (id.getName()) {
                // Names of a histogram's part and of an abbreviated unit.
                case "system.cpu.count", "process.cpu.time" -> MeterFilterReply.DENY;
                default -> MeterFilterReply.NEUTRAL;
            };
        }

        @Override
        public Meter.Id map(Meter.Id id) {
            if (!id.getName().equals("netty.allocator.memory.used")) {
                return id;
            }
            // Its id is an identity hash: a new series for each start.
            Tags tags = Tags.of(id.getTags().stream()
                    .filter(tag -> !tag.getKey().equals("id"))
                    .toList());
            return new Meter.Id(id.getName(), tags, "bytes", "Memory that Netty's allocator holds.", id.getType());
        }
    };

    /**
     * Binds all of them.
     *
     * @return what the garbage collectors of the JVM hold, and the registry by it, until it is closed
     */
    static JvmGcMetrics bindTo(MeterRegistry registry) {
        registry.config().meterFilter(NAMES);
        new JvmMemoryMetrics().bindTo(registry);
        JvmGcMetrics collections = new JvmGcMetrics();
        collections.bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
            FunctionCounter.builder("process.cpu", system, bean -> bean.getProcessCpuTime() / NANOS)
                    .description("Processor time that the process took.")
                    .baseUnit("seconds")
                    .register(registry);
        }
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        gauge(registry, "sallyport.direct.memory.used", "Direct memory that is taken.", DirectMemory::used);
        gauge(registry, "sallyport.direct.memory.limit", "Direct memory that there may be.", DirectMemory::limit);
        if (ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider allocator) {
            new NettyAllocatorMetrics(allocator).bindTo(registry);
        }
        return collections;
    }

    private static void gauge(MeterRegistry registry, String name, String help, Supplier<Number> bytes) {
        Gauge.builder(name, bytes).description(help).baseUnit("bytes").register(registry);
    }
}
