package io.sallyport.server;

import io.sallyport.connection.ListenerSettings;
import io.sallyport.observe.Meters.CertificateExpiry;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Everything that one successful load produced.
 *
 * @param listeners what the connections of each listener share, by the listener's name
 * @param certificates the end dates of all certificates in use
 */
record Generation(Map<String, ListenerSettings> listeners, List<CertificateExpiry> certificates) {

    Generation {
        listeners = new TreeMap<>(listeners);
        certificates = List.copyOf(certificates);
    }

    /** Gives the native memory back, once no new connection will use this generation. */
    void release() {
        listeners.values().forEach(listener -> listener.tls().release());
    }
}
