package io.sallyport.server.lifecycle;

import io.sallyport.accesslog.AccessLog;
import io.sallyport.backend.BackendRuntime;
import io.sallyport.config.ConfigSource;
import io.sallyport.connection.ConnectionLoops;
import io.sallyport.eventloop.Transport;
import io.sallyport.log.LogLevel;
import io.sallyport.memory.MemoryGuard;
import io.sallyport.metrics.Meters;
import io.sallyport.server.generation.Assembler;
import io.sallyport.server.generation.GenerationLoader;

/** What a server is made of, beside its generations. Its threads run. */
public record ServerParts(
        ConfigSource source,
        Transport transport,
        ConnectionLoops loops,
        MemoryGuard memory,
        BackendRuntime backends,
        Meters meters,
        AccessLog accessLog,
        LogLevel logLevel,
        GenerationLoader loader,
        Assembler assembler) {}
