package io.sallyport.explain.probe;

import io.sallyport.tls.trust.ServerTrustManager;
import java.net.Socket;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;

/**
 * Accepts every server certificate: the handshake goes on to its end, where there is more to see, and whoever judges the chain says
 * afterwards what a client that verifies would have done. No application data is ever sent.
 */
final class AcceptedForNow extends ServerTrustManager {

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {
        // judged afterwards
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {
        // judged afterwards
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {
        // judged afterwards
    }
}
