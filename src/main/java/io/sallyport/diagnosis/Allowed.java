package io.sallyport.diagnosis;

import io.sallyport.handshake.CipherSuites;
import io.sallyport.handshake.CodeList;
import io.sallyport.handshake.NamedGroups;
import io.sallyport.handshake.SignatureSchemes;
import io.sallyport.handshake.TlsVersions;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * What a route takes.
 *
 * @param versions oldest first, as {@code TLSv1.3}
 * @param suites IANA names
 * @param groups as the configuration spells them
 * @param alpn in order of preference; empty: the extension is not answered
 * @param clientAuth the mode, lower case
 * @param certificates that it can show for the name in question
 */
public record Allowed(
        List<String> versions,
        List<String> suites,
        List<String> groups,
        List<String> alpn,
        String clientAuth,
        List<ShownCertificate> certificates) {

    public Allowed {
        versions = List.copyOf(versions);
        suites = List.copyOf(suites);
        groups = List.copyOf(groups);
        alpn = List.copyOf(alpn);
        certificates = List.copyOf(certificates);
    }

    /** IANA names of the schemes by which one of the certificates can sign. */
    public List<String> signatureSchemes() {
        return certificates.stream()
                .flatMap(certificate -> certificate.signatureSchemes().stream())
                .distinct()
                .toList();
    }

    int oldestVersion() {
        return TlsVersions.code(versions.get(0));
    }

    boolean hasSuiteOf(CodeList offered) {
        return hasOneOf(suites, CipherSuites::code, offered);
    }

    boolean hasGroupOf(CodeList offered) {
        return hasOneOf(groups, NamedGroups::code, offered);
    }

    boolean hasSchemeOf(CodeList offered) {
        return hasOneOf(signatureSchemes(), SignatureSchemes::code, offered);
    }

    private static boolean hasOneOf(List<String> names, ToIntFunction<String> registry, CodeList offered) {
        return names.stream().mapToInt(registry).anyMatch(offered::contains);
    }
}
