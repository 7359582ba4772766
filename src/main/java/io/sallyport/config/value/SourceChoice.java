package io.sallyport.config.value;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * From which address connections to servers are made.
 *
 * @param address one of this machine; null: whichever the kernel takes, or the client's
 * @param isClient whether it is the client's
 */
public record SourceChoice(@Nullable InetAddress address, boolean isClient) {
    /** The expected form, for the message about a value that does not parse. */
    public static final String RULE = "an address of this machine, or client";

    /** Whichever the kernel takes. */
    public static final SourceChoice ANY = new SourceChoice(null, false);

    private static final SourceChoice CLIENT = new SourceChoice(null, true);

    /**
     * Parses the text form.
     *
     * @throws IllegalArgumentException when the text has another form
     */
    public static SourceChoice parse(String text) {
        if (text.equals("client")) {
            return CLIENT;
        }
        if (!Cidr.isAddress(text)) {
            throw new IllegalArgumentException(RULE);
        }
        try {
            InetAddress address = InetAddress.getByName(text);
            if (address.isAnyLocalAddress() || address.isMulticastAddress()) {
                throw new IllegalArgumentException(RULE);
            }
            return new SourceChoice(address, false);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(RULE, e);
        }
    }
}
