package io.sallyport.handshake.wire;

import io.sallyport.handshake.iana.CodeList;
import io.sallyport.handshake.iana.KeyExchange;
import io.sallyport.handshake.iana.NamedGroups;
import io.sallyport.handshake.iana.SignatureSchemes;
import java.util.List;

/** A handshake message that travelled in the clear, as far as it tells people something. */
public interface HandshakeMessage {

    /** One line for people; text from the wire in it is printable ASCII. */
    String describe();

    /**
     * A Certificate message of TLS 1.2 or older (RFC 5246 section 7.4.2).
     *
     * @param count certificates in it, 0 when a client has none
     * @param lengths bytes of the first {@value #MAX_LENGTHS}, leaf first
     */
    record CertificateChain(int count, List<Integer> lengths) implements HandshakeMessage {
        static final int MAX_LENGTHS = 8;

        public CertificateChain {
            lengths = List.copyOf(lengths);
        }

        @Override
        public String describe() {
            if (count == 0) {
                return "no certificate";
            }
            String rest = count > lengths.size() ? ", ..." : "";
            return (count == 1 ? "1 certificate of " : count + " certificates of ")
                    + ListText.join(lengths, Object::toString) + rest + " bytes";
        }
    }

    /**
     * RFC 5246 section 7.4.3, RFC 8422 section 5.4.
     *
     * @param group the named group, -1 if the key exchange has none
     * @param publicLength bytes of the server's public value
     * @param signatureScheme -1 if not signed or older than TLS 1.2
     */
    record ServerKeyExchange(int group, int publicLength, int signatureScheme) implements HandshakeMessage {
        @Override
        public String describe() {
            String method = group < 0 ? "DHE" : "group " + NamedGroups.name(group);
            String signed = signatureScheme < 0 ? "" : "; signed with " + SignatureSchemes.name(signatureScheme);
            return method + "; public value of " + publicLength + " bytes" + signed;
        }
    }

    /**
     * RFC 5246 section 7.4.4.
     *
     * @param certificateTypes ClientCertificateType codes
     * @param signatureSchemes empty before TLS 1.2
     * @param authorities names of trust anchors in it; -1 if they were too long to be counted
     * @param authoritiesLength bytes of those names
     */
    record CertificateRequest(
            CodeList certificateTypes, CodeList signatureSchemes, int authorities, int authoritiesLength)
            implements HandshakeMessage {
        @Override
        public String describe() {
            String names = authorities < 0 ? "names" : ListText.count(authorities, "name");
            return ListText.count(signatureSchemes.size(), "signature scheme") + "; " + names + " of trust anchors in "
                    + authoritiesLength + " bytes";
        }
    }

    /**
     * RFC 5246 section 7.4.7.
     *
     * @param length bytes of the public value or the encrypted secret
     */
    record ClientKeyExchange(KeyExchange method, int length) implements HandshakeMessage {
        @Override
        public String describe() {
            return method.clientSends() + " of " + length + " bytes";
        }
    }

    /**
     * RFC 5246 section 7.4.8.
     *
     * @param signatureScheme -1 before TLS 1.2
     */
    record CertificateVerify(int signatureScheme) implements HandshakeMessage {
        @Override
        public String describe() {
            return signatureScheme < 0 ? "" : "signed with " + SignatureSchemes.name(signatureScheme);
        }
    }

    /** RFC 5077 section 3.3; the lifetime hint is in seconds, the length in bytes. */
    record NewSessionTicket(long lifetimeSeconds, int length) implements HandshakeMessage {
        @Override
        public String describe() {
            return "ticket of " + length + " bytes, lifetime " + lifetimeSeconds + " s";
        }
    }

    /** A message that breaks the rules of its format, or is longer than a trace reads; says how. */
    record Unreadable(String detail) implements HandshakeMessage {
        @Override
        public String describe() {
            return "unreadable: " + detail;
        }
    }
}
