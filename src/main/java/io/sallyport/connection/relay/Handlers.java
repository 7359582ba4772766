package io.sallyport.connection.relay;

/** Names of the handlers in the pipelines. */
public final class Handlers {
    public static final String LINGER = "linger";
    public static final String PROXY_PROTOCOL = "proxy-protocol";
    public static final String UNTRUSTED_HEADER = "untrusted-header";
    public static final String STARTTLS = "starttls";
    public static final String TRACE = "trace";
    public static final String CLIENT_HELLO = "client-hello";
    public static final String HANDSHAKE_RECORDS = "handshake-records";
    public static final String RECORD_FRAMING = "record-framing";
    public static final String TLS = "tls";
    public static final String FRONTEND = "frontend";

    private Handlers() {}
}
