package io.sallyport.connection;

/** Names of the handlers in the pipelines. */
final class Handlers {
    static final String LINGER = "linger";
    static final String PROXY_PROTOCOL = "proxy-protocol";
    static final String UNTRUSTED_HEADER = "untrusted-header";
    static final String TRACE = "trace";
    static final String CLIENT_HELLO = "client-hello";
    static final String HANDSHAKE_RECORDS = "handshake-records";
    static final String RECORD_FRAMING = "record-framing";
    static final String TLS = "tls";
    static final String FRONTEND = "frontend";

    private Handlers() {}
}
