package io.sallyport.tls.trust;

import io.sallyport.config.tls.AccessRuleConfig.Exactly;
import io.sallyport.config.value.Cidr;
import io.sallyport.config.value.SegmentPattern;
import io.sallyport.tls.x509.AlternativeNames.Kind;
import io.sallyport.tls.x509.DistinguishedName;
import io.sallyport.tls.x509.DistinguishedName.Values;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The names of one client as the conditions of rules are held against them. Used once; cuts names up when first asked. */
final class ClientNames {
    /** A mailbox that has one reading; quotes, comments and routes (RFC 5322) have others. */
    private static final Pattern MAILBOX = Pattern.compile("[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+");

    private final ClientIdentity identity;
    private final Map<SegmentPattern.Kind, List<Name>> names = new HashMap<>();
    private @Nullable List<Set<String>> issuer;

    ClientNames(ClientIdentity identity) {
        this.identity = identity;
    }

    ClientIdentity identity() {
        return identity;
    }

    /** A name cut into segments: as it is written, and as others may read it; no readings: it cannot be read. */
    private record Name(List<String> segments, Set<List<String>> readings) {}

    Match match(Exactly condition) {
        String value = condition.value();
        return switch (condition.name()) {
            case CN -> matchCommonName(value);
            case OU -> contains(identity.name().organizationalUnits(), value);
            case O -> contains(identity.name().organizations(), value);
            case EMAIL -> matchEmail(value);
        };
    }

    /** Peers take the first, the last or any of several common names: all must agree before one lets a client in. */
    private Match matchCommonName(String value) {
        Values all = identity.name().commonNames();
        boolean some = all.readable().contains(value);
        boolean only = some && !all.hasOthers() && Set.copyOf(all.readable()).size() == 1;
        return Match.of(only, some || all.hasOthers());
    }

    private static Match contains(Values values, String value) {
        return Match.of(values.readable().contains(value), values.hasOthers());
    }

    private Match matchEmail(String value) {
        String wanted = mailbox(value);
        List<String> emails = identity.emails();
        if (emails.stream().anyMatch(email -> mailbox(email).equals(wanted))) {
            return Match.YES;
        }
        Values subject = identity.name().emails();
        List<String> any = new ArrayList<>(emails);
        any.addAll(subject.readable());
        return Match.of(
                false,
                isUnreadable(Kind.EMAIL)
                        || subject.hasOthers()
                        || any.stream()
                                .anyMatch(email -> !MAILBOX.matcher(email).matches()
                                        || undotted(mailbox(email)).equals(undotted(wanted))));
    }

    /** RFC 5280 section 7.5: the part before the at sign is compared exactly, the domain without case. */
    private static String mailbox(String address) {
        int at = address.lastIndexOf('@');
        return at < 0
                ? address
                : address.substring(0, at) + address.substring(at).toLowerCase(Locale.ROOT);
    }

    private static String undotted(String mailbox) {
        return mailbox.endsWith(".") ? mailbox.substring(0, mailbox.length() - 1) : mailbox;
    }

    Match match(SegmentPattern pattern) {
        List<Name> candidates = names.computeIfAbsent(pattern.kind(), this::cut);
        if (candidates.stream().anyMatch(name -> !name.readings().isEmpty() && pattern.matches(name.segments()))) {
            return Match.YES;
        }
        boolean mayMatch =
                candidates.stream().anyMatch(name -> name.readings().isEmpty() || pattern.mayMatch(name.readings()));
        return Match.of(
                false, mayMatch || isUnreadable(pattern.kind() == SegmentPattern.Kind.DNS ? Kind.DNS : Kind.URI));
    }

    private List<Name> cut(SegmentPattern.Kind kind) {
        List<String> texts = switch (kind) {
            case DNS -> identity.dnsNames();
            case URI -> identity.uris();
        };
        return texts.stream()
                .map(text -> new Name(kind.segments(text), kind.readings(text)))
                .toList();
    }

    Match match(Cidr network) {
        return Match.of(identity.addresses().stream().anyMatch(network::contains));
    }

    /** @param canonical of {@link DistinguishedName} */
    Match matchIssuer(List<Set<String>> canonical) {
        DistinguishedName name = DistinguishedName.of(identity.issuer());
        if (issuer == null) {
            issuer = name.canonical();
        }
        return Match.of(issuer.equals(canonical), !name.isReadable());
    }

    /** Where a serial number is negative, its bytes are what others show of it (RFC 5280 section 4.1.2.2 forbids it). */
    Match matchSerial(BigInteger number) {
        BigInteger serial = identity.serial();
        return Match.of(
                serial.equals(number),
                serial.signum() < 0
                        && Set.of(serial.negate(), new BigInteger(1, serial.toByteArray()))
                                .contains(number));
    }

    private boolean isUnreadable(Kind kind) {
        return identity.alternativeNames().unreadable().contains(kind);
    }
}
