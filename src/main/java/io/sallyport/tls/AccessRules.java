package io.sallyport.tls;

import io.sallyport.config.AccessRuleConfig;
import io.sallyport.config.AccessRuleConfig.Condition;
import io.sallyport.config.SegmentPattern.Kind;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Which of the verified clients are let in: deny wins, and an empty allow lets in everyone that is not denied. */
public final class AccessRules {
    private final List<AccessRuleConfig> allow;
    private final List<AccessRuleConfig> deny;

    public AccessRules(List<AccessRuleConfig> allow, List<AccessRuleConfig> deny) {
        this.allow = List.copyOf(allow);
        this.deny = List.copyOf(deny);
    }

    /**
     * What was decided about a client.
     *
     * @param rule what decided it, as {@code deny { cn = "ops" }}: for logs
     */
    public record Decision(boolean allowed, String rule) {}

    public Decision judge(ClientIdentity identity) {
        Client client = new Client(identity);
        Optional<AccessRuleConfig> denied = first(deny, client);
        if (denied.isPresent()) {
            return new Decision(false, "deny " + denied.get());
        }
        if (allow.isEmpty()) {
            return new Decision(true, "allow is empty");
        }
        return first(allow, client)
                .map(rule -> new Decision(true, "allow " + rule))
                .orElseGet(() -> new Decision(false, "no allow rule speaks of it"));
    }

    private static Optional<AccessRuleConfig> first(List<AccessRuleConfig> rules, Client client) {
        return rules.stream()
                .filter(rule -> rule.conditions().stream().allMatch(condition -> holds(condition, client)))
                .findFirst();
    }

    private static boolean holds(Condition condition, Client client) {
        if (condition instanceof AccessRuleConfig.Exactly exactly) {
            return isExactly(exactly, client.identity);
        }
        if (condition instanceof AccessRuleConfig.Matches matches) {
            return switch (matches.pattern().kind()) {
                case DNS -> client.dnsNames.stream().anyMatch(matches.pattern()::matches);
                case URI -> client.uris.stream().anyMatch(matches.pattern()::matches);
            };
        }
        if (condition instanceof AccessRuleConfig.Within within) {
            return client.identity.addresses().stream().anyMatch(within.network()::contains);
        }
        if (condition instanceof AccessRuleConfig.IssuedBy issuedBy) {
            return issuedBy.issuer().equals(client.identity.issuer());
        }
        if (condition instanceof AccessRuleConfig.Serial serial) {
            return serial.number().equals(client.identity.serial());
        }
        if (condition instanceof AccessRuleConfig.Key key) {
            return key.spkiSha256().equals(client.identity.spkiSha256());
        }
        throw new IllegalStateException("no such condition: " + condition);
    }

    private static boolean isExactly(AccessRuleConfig.Exactly condition, ClientIdentity client) {
        String value = condition.value();
        return switch (condition.name()) {
            case CN -> value.equals(client.commonName());
            case OU -> client.organizationalUnits().contains(value);
            case O -> client.organizations().contains(value);
            case EMAIL -> client.emails().stream().anyMatch(email -> isSameMailbox(value, email));
        };
    }

    /** RFC 5280 section 7.5: the part before the at sign is compared exactly, the domain without case. */
    private static boolean isSameMailbox(String left, String right) {
        return mailbox(left).equals(mailbox(right));
    }

    private static String mailbox(String address) {
        int at = address.lastIndexOf('@');
        return at < 0
                ? address
                : address.substring(0, at) + address.substring(at).toLowerCase(Locale.ROOT);
    }

    /** A client with its names cut into segments once, not once for each rule. */
    private static final class Client {
        private final ClientIdentity identity;
        private final List<List<String>> dnsNames;
        private final List<List<String>> uris;

        private Client(ClientIdentity identity) {
            this.identity = identity;
            this.dnsNames = identity.dnsNames().stream().map(Kind.DNS::segments).toList();
            this.uris = identity.uris().stream().map(Kind.URI::segments).toList();
        }
    }
}
