package io.sallyport.server;

import io.sallyport.backend.BackendRuntime;
import io.sallyport.observe.ConnectionLog;
import io.sallyport.observe.Meters;
import io.sallyport.tls.KeyLog;
import io.sallyport.tls.LiveContexts;
import io.sallyport.tls.RsaAccelerator;
import org.jspecify.annotations.Nullable;

/** What every generation of a process shares, and none owns. */
record Lasting(
        Meters meters,
        ConnectionLog log,
        TicketKeyStore ticketKeys,
        @Nullable KeyLog keyLog,
        LiveContexts contexts,
        RsaAccelerator accelerator,
        BackendRuntime backends) {

    /** For a process whose TLS secrets nobody writes down. */
    static Lasting of(Meters meters, ConnectionLog log, BackendRuntime backends) {
        return new Lasting(meters, log, new TicketKeyStore(), null, new LiveContexts(), new RsaAccelerator(), backends);
    }
}
