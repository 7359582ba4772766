package io.sallyport.tls.trust;

import io.sallyport.config.tls.AccessRuleConfig;
import io.sallyport.config.tls.AccessRuleConfig.Condition;
import io.sallyport.tls.path.ClientCertificateException;
import io.sallyport.tls.x509.DistinguishedName;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.security.auth.x500.X500Principal;

/**
 * Which of the verified clients are let in: deny wins, and an empty allow lets in everyone that is not denied.
 *
 * <p>A name that cannot be read, or can be read in several ways, counts against the client: a deny rule that may speak of it
 * refuses it, and an allow rule that only may does not let it in.
 */
public final class AccessRules {
    private final List<AccessRuleConfig> allow;
    private final List<AccessRuleConfig> deny;
    private final Map<X500Principal, List<Set<String>>> issuers = new HashMap<>();

    public AccessRules(List<AccessRuleConfig> allow, List<AccessRuleConfig> deny) {
        this.allow = List.copyOf(allow);
        this.deny = List.copyOf(deny);
        this.allow.forEach(this::addIssuers);
        this.deny.forEach(this::addIssuers);
    }

    /**
     * What was decided about a client.
     *
     * @param rule what decided it, as {@code deny { cn = "ops" }}: for logs
     */
    public record Decision(boolean allowed, String rule) {}

    public Decision judge(ClientIdentity identity) {
        ClientNames names = new ClientNames(identity);
        for (AccessRuleConfig rule : deny) {
            Match match = match(rule, names);
            if (match != Match.NO) {
                return new Decision(false, "deny " + rule + (match == Match.YES ? "" : ", which may speak of it"));
            }
        }
        if (allow.isEmpty()) {
            return new Decision(true, "allow is empty");
        }
        String refusal = "no allow rule speaks of it";
        for (AccessRuleConfig rule : allow) {
            Match match = match(rule, names);
            if (match == Match.YES) {
                return new Decision(true, "allow " + rule);
            }
            if (match == Match.MAYBE) {
                refusal = "allow " + rule + " speaks of one reading of its names alone";
            }
        }
        return new Decision(false, refusal);
    }

    /**
     * Refuses a certificate of whose key no allow rule speaks. Nothing else of it is parsed before: anyone can send a certificate
     * that takes long, but not one with this key.
     */
    void checkPinned(X509Certificate leaf) throws ClientCertificateException {
        try {
            String key = ClientIdentity.spkiSha256(leaf.getEncoded());
            if (!mayAllowKey(key)) {
                throw ClientCertificateException.aboutKey(key);
            }
        } catch (CertificateEncodingException | CertificateParsingException e) {
            throw ClientCertificateException.malformed(e);
        }
    }

    /** Whether an allow rule may speak of a certificate with this key, whatever else is in it. */
    private boolean mayAllowKey(String spkiSha256) {
        return allow.stream()
                .flatMap(rule -> rule.conditions().stream())
                .anyMatch(condition -> condition instanceof AccessRuleConfig.Key key
                        && key.spkiSha256().equals(spkiSha256));
    }

    /** Every condition must hold: one that does not decides, and after it one that only may. */
    private Match match(AccessRuleConfig rule, ClientNames names) {
        Match result = Match.YES;
        for (Condition condition : rule.conditions()) {
            Match match = match(condition, names);
            if (match == Match.NO) {
                return Match.NO;
            }
            result = match == Match.MAYBE ? Match.MAYBE : result;
        }
        return result;
    }

    private Match match(Condition condition, ClientNames names) {
        if (condition instanceof AccessRuleConfig.Exactly exactly) {
            return names.match(exactly);
        }
        if (condition instanceof AccessRuleConfig.Matches matches) {
            return names.match(matches.pattern());
        }
        if (condition instanceof AccessRuleConfig.Within within) {
            return names.match(within.network());
        }
        if (condition instanceof AccessRuleConfig.IssuedBy issuedBy) {
            return names.matchIssuer(issuers.getOrDefault(issuedBy.issuer(), List.of()));
        }
        if (condition instanceof AccessRuleConfig.Serial serial) {
            return names.matchSerial(serial.number());
        }
        if (condition instanceof AccessRuleConfig.Key key) {
            return Match.of(key.spkiSha256().equals(names.identity().spkiSha256()));
        }
        throw new IllegalStateException("no such condition: " + condition);
    }

    private void addIssuers(AccessRuleConfig rule) {
        for (Condition condition : rule.conditions()) {
            if (condition instanceof AccessRuleConfig.IssuedBy issuedBy) {
                issuers.put(
                        issuedBy.issuer(),
                        DistinguishedName.of(issuedBy.issuer()).canonical());
            }
        }
    }
}
