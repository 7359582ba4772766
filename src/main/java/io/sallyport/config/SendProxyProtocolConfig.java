package io.sallyport.config;

import io.sallyport.config.hocon.Section;
import java.util.stream.IntStream;

/**
 * What a PROXY protocol header tells the servers of a backend about a client.
 *
 * @param tlsInformation whether a v2 header tells more than addresses
 * @param clientCertificate whether it carries the client's certificate
 * @param crc32c whether it carries its own checksum
 * @param sanUriType the TLV type for each URI of the client's certificate; 0: none is sent
 * @param sanDnsType the TLV type for each DNS name of the client's certificate; 0: none is sent
 * @param sha256Type the TLV type for the SHA-256 of the client's certificate; 0: it is not sent
 */
public record SendProxyProtocolConfig(
        Version version,
        boolean tlsInformation,
        boolean clientCertificate,
        boolean crc32c,
        int sanUriType,
        int sanDnsType,
        int sha256Type) {
    /** The types that the specification leaves to applications. */
    private static final int FIRST_CUSTOM_TYPE = 0xE0;

    private static final int LAST_CUSTOM_TYPE = 0xEF;

    private static final String TYPE_RULE = "off, or a type 0xE0..0xEF";

    /** Of the header. */
    public enum Version {
        /** No header is sent. */
        OFF,
        /** A line of text with the addresses. */
        V1,
        /** Binary, with more than the addresses. */
        V2
    }

    static SendProxyProtocolConfig read(Section section) {
        SendProxyProtocolConfig config = new SendProxyProtocolConfig(
                section.live().choice("send", Version.class),
                section.live().bool("tls-information"),
                section.live().bool("client-certificate"),
                section.live().bool("crc32c"),
                type(section, "san-uri-type"),
                type(section, "san-dns-type"),
                type(section, "sha256-type"));
        config.check(section);
        return config;
    }

    /** Whether a header is sent that tells of the client's TLS. */
    public boolean tellsOfTls() {
        return version == Version.V2 && tlsInformation;
    }

    private void check(Section section) {
        IntStream types = IntStream.of(sanUriType, sanDnsType, sha256Type).filter(type -> type != 0);
        int[] custom = types.toArray();
        if (IntStream.of(custom).distinct().count() < custom.length) {
            section.problem("san-uri-type", "one type has two meanings (expected: types that differ)");
        }
        if (version == Version.OFF || tellsOfTls()) {
            return;
        }
        String rule = "send = v2 and tls-information = on";
        if (clientCertificate) {
            section.problem("client-certificate", "on (expected: " + rule + ")");
        }
        if (custom.length > 0) {
            section.problem("san-uri-type", "a type is given (expected: " + rule + ")");
        }
        if (crc32c && version == Version.V1) {
            section.problem("crc32c", "on (expected: send = v2)");
        }
    }

    private static int type(Section section, String key) {
        return section.live()
                .parsed(
                        key,
                        TYPE_RULE,
                        text -> {
                            if (text.equals("off")) {
                                return 0;
                            }
                            int type = Integer.decode(text);
                            if (type < FIRST_CUSTOM_TYPE || type > LAST_CUSTOM_TYPE) {
                                throw new IllegalArgumentException(TYPE_RULE);
                            }
                            return type;
                        },
                        0);
    }
}
