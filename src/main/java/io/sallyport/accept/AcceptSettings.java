package io.sallyport.accept;

import io.sallyport.config.AcceptProxyProtocolConfig;
import io.sallyport.config.LimitsConfig;
import io.sallyport.metrics.ListenerMeters;

/** What accepting needs to know of a listener. */
public interface AcceptSettings {
    /** The listener's. */
    String name();

    /** Whose connections begin with a PROXY protocol header. */
    AcceptProxyProtocolConfig proxyProtocol();

    LimitsConfig limits();

    ListenerMeters meters();
}
