package io.sallyport.sources;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.NetUtil;
import io.sallyport.config.value.Cidr;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A look in the table finds what a look at one network after the other finds. */
final class NetworkSetTest {

    private static InetAddress address(String text) {
        return Cidr.parse(text).address();
    }

    private static NetworkSet set(String... networks) {
        return NetworkSet.of(Stream.of(networks).map(Cidr::parse).toList());
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.0.0.0, true",
        "10.0.0.0/8, 10.255.255.255, true",
        "10.0.0.0/8, 9.255.255.255, false",
        "10.0.0.0/8, 11.0.0.0, false",
        "192.0.2.1, 192.0.2.1, true",
        "192.0.2.1, 192.0.2.2, false",
        "0.0.0.0/0, 255.255.255.255, true",
        "0.0.0.0/0, 2001:db8::1, false",
        "::/0, 2001:db8::1, true",
        "::/0, 192.0.2.1, false",
        "128.0.0.0/1, 127.255.255.255, false",
        "128.0.0.0/1, 255.0.0.1, true",
        "8000::/1, ffff::1, true",
        "8000::/1, 7fff::1, false",
        "2001:db8::/64, 2001:db8::ffff:ffff:ffff:ffff, true",
        "2001:db8::/64, 2001:db8:0:1::, false",
        "2001:db8::/65, 2001:db8::7fff:0:0:1, true",
        "2001:db8::/65, 2001:db8::8000:0:0:0, false",
        "2001:db8::8000:0:0:0/65, 2001:db8::ffff:0:0:0, true",
        "2001:db8::1/128, 2001:db8::1, true",
        "2001:db8::1/128, 2001:db8::2, false",
    })
    void holdsTheAddressesOfANetworkAlone(String network, String asked, boolean expected) {
        assertThat(set(network).contains(address(asked))).isEqualTo(expected);
    }

    /** Java itself makes an IPv4 address of a mapped one, but a socket for both families may hand its bytes on. */
    @Test
    void anIpv4MappedAddressIsTheIpv4Address() {
        assertThat(set("192.0.2.0/24").contains(address("::ffff:192.0.2.7"))).isTrue();
        assertThat(set("::ffff:192.0.2.7").contains(address("192.0.2.7"))).isTrue();
    }

    @Test
    void tellsTheOutermostNetwork() {
        NetworkSet set = set("10.1.2.3", "10.1.0.0/16", "10.0.0.0/8", "10.1.0.0/16", "2001:db8::/32");

        assertThat(set.size()).isEqualTo(2);
        assertThat(set.find(address("10.1.2.3"))).hasToString("Optional[10.0.0.0/8]");
        assertThat(set.find(address("2001:db8::5")).map(Cidr::prefixBits)).hasValue(32);
        assertThat(set.find(address("192.0.2.1"))).isEmpty();
    }

    @Test
    void withoutNetworksThereIsNobodyInIt() {
        assertThat(NetworkSet.NONE.contains(address("192.0.2.1"))).isFalse();
        assertThat(NetworkSet.NONE.contains(address("::1"))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 16})
    void findsWhatALookAtEachNetworkFinds(int bytes) throws Exception {
        Random random = new Random(bytes);
        List<Cidr> networks = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            networks.add(network(random, bytes));
        }
        NetworkSet set = NetworkSet.of(networks);
        int inside = 0;
        for (int i = 0; i < 20_000; i++) {
            InetAddress asked = near(random, networks);
            boolean expected = networks.stream().anyMatch(each -> each.contains(asked));
            assertThat(set.contains(asked)).as(asked.toString()).isEqualTo(expected);
            assertThat(set.find(asked).filter(found -> !found.contains(asked) || !networks.contains(found)))
                    .as(asked.toString())
                    .isEmpty();
            inside += expected ? 1 : 0;
        }
        assertThat(inside).isBetween(2_000, 18_000);
    }

    /** Those with few bits would have everything in them. */
    private static Cidr network(Random random, int bytes) throws UnknownHostException {
        byte[] first = new byte[bytes];
        random.nextBytes(first);
        // Many in one another and beside one another.
        first[0] = (byte) (bytes == 4 ? 100 : 0x20);
        first[1] = (byte) random.nextInt(16);
        first[2] = (byte) random.nextInt(16);
        int bits = 24 + random.nextInt(random.nextBoolean() ? 9 : bytes * 8 - 23);
        for (int bit = bits; bit < bytes * 8; bit++) {
            first[bit / 8] &= (byte) ~(0x80 >> (bit % 8));
        }
        return new Cidr(InetAddress.getByAddress(first), bits);
    }

    /** The first or last address of a network, or the one before, or behind, or any. */
    private static InetAddress near(Random random, List<Cidr> networks) throws UnknownHostException {
        Cidr network = networks.get(random.nextInt(networks.size()));
        byte[] bytes = network.address().getAddress().clone();
        switch (random.nextInt(4)) {
            case 0 -> add(bytes, -random.nextInt(2));
            case 1 -> {
                for (int bit = network.prefixBits(); bit < bytes.length * 8; bit++) {
                    bytes[bit / 8] |= (byte) (0x80 >> (bit % 8));
                }
                add(bytes, random.nextInt(2));
            }
            case 2 -> bytes[bytes.length - 1] = (byte) random.nextInt();
            default -> {
                byte[] any = new byte[bytes.length];
                random.nextBytes(any);
                System.arraycopy(any, 2, bytes, 2, bytes.length - 2);
            }
        }
        return InetAddress.getByAddress(bytes);
    }

    private static void add(byte[] bytes, int number) {
        int carry = number;
        for (int i = bytes.length - 1; i >= 0 && carry != 0; i--) {
            int sum = (bytes[i] & 0xFF) + carry;
            bytes[i] = (byte) sum;
            carry = sum >> 8;
        }
    }

    @Test
    void aHundredThousandNetworksAreOneTable() throws Exception {
        List<Cidr> networks = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            networks.add(new Cidr(
                    InetAddress.getByAddress(NetUtil.createByteArrayFromIpAddressString(
                            "20." + (i >> 16) + "." + (i >> 8 & 0xFF) + "." + (i & 0xFF))),
                    32));
        }
        NetworkSet set = NetworkSet.of(networks);

        assertThat(set.size()).isEqualTo(100_000);
        assertThat(networks).allMatch(each -> set.contains(each.address()));
        assertThat(Arrays.asList("19.255.255.255", "20.1.134.160", "20.2.0.0"))
                .noneMatch(each -> set.contains(address(each)));
    }
}
