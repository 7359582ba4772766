package io.sallyport.tls;

import io.sallyport.config.ClientAuthConfig;
import java.security.cert.*;
import javax.net.ssl.X509TrustManager;

public final class ClientTrust implements X509TrustManager {
    public ClientTrust(TrustAnchors anchors, ClientAuthConfig config) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
