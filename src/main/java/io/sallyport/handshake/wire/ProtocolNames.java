package io.sallyport.handshake.wire;

import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Protocol names as application_layer_protocol_negotiation has them (RFC 7301 section 3.1), one character a byte.
 *
 * <p>They stay in the form of the wire: a client may send 8,000 of one byte, which as objects take thirty times as much.
 */
final class ProtocolNames extends AbstractList<String> {
    private final byte[] wire;
    private final int size;

    /**
     * Takes ownership of the array.
     *
     * @param wire each name behind its length in one byte, checked before
     */
    ProtocolNames(byte[] wire) {
        this.wire = wire;
        int names = 0;
        for (int at = 0; at < wire.length; at = after(at)) {
            names++;
        }
        this.size = names;
    }

    @Override
    public String get(int index) {
        if (index < 0 || index >= size) {
            throw new IndexOutOfBoundsException(index);
        }
        int at = 0;
        for (int before = 0; before < index; before++) {
            at = after(at);
        }
        return name(at);
    }

    @Override
    public Iterator<String> iterator() {
        return new Iterator<>() {
            private int at;

            @Override
            public boolean hasNext() {
                return at < wire.length;
            }

            @Override
            public String next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                String name = name(at);
                at = after(at);
                return name;
            }
        };
    }

    @Override
    public int size() {
        return size;
    }

    private String name(int at) {
        return new String(wire, at + 1, wire[at] & 0xFF, StandardCharsets.ISO_8859_1);
    }

    private int after(int at) {
        return at + 1 + (wire[at] & 0xFF);
    }
}
